import importlib
import signal
from pathlib import Path

import pytest

from shapesheet import endings


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (-11, "it crashes with a segmentation fault (SIGSEGV)"),
        (-15, "it was stopped by a signal (SIGTERM)"),
        (-40, "it was stopped by a signal (signal 40)"),
        (0, "it ends the process that checks it, with exit code 0"),
        (7, "it ends the process that checks it, with exit code 7"),
    ],
)
def test_an_exit_code_is_told_in_words(code: int, message: str) -> None:
    assert endings.expired(code).message == message


def test_a_timeout_tells_how_long_it_was_and_how_to_allow_more() -> None:
    found = endings.timeout(2.5)
    assert found.message == "it does not end; it was stopped after 2.5 s"
    assert "--timeout 300" in found.cure


def test_the_lines_of_a_trace_are_told_the_innermost_first(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    trace.write_text(
        "Timeout (0:00:07)!\nThread 0x1 (most recent call first):\n"
        '  File "/a b/inner.py", line 3 in turn\n  File "/outer.py", line 12 in <module>\n'
    )
    assert endings.places(trace) == (("/a b/inner.py", 3), ("/outer.py", 12))


def test_no_trace_gives_no_lines(tmp_path: Path) -> None:
    assert endings.places(tmp_path / "trace") == ()


def test_a_system_without_a_signal_has_words_for_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SIGBUS", "SIGKILL"):  # Windows has neither
        monkeypatch.delattr(signal, name)
    importlib.reload(endings)
    assert endings.expired(-11).message == "it crashes with a segmentation fault (SIGSEGV)"
