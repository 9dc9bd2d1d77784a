import warnings
from pathlib import Path

import pytest

from shapesheet.errors import SnippetError
from shapesheet.guard import guarded
from tests.workshop import snippet


def run(folder: Path, code: str) -> str:
    """Run a snippet's code under guard; return place and message of the error, if any."""
    found, _ = snippet(folder, code)
    try:
        with guarded(found, 99, "the code"):
            exec(compile(code, str(found.path), "exec"), {})  # noqa: S102
    except SnippetError as error:
        return f"{error.place}: {error.message}"
    return ""


PREFIX = "snippets/dense/toy.py"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("x = 1\nprint('a', 'b')", ":2: the snippet prints 'a'"),
        ("import os\nos.listdir('.')", ":2: the snippet lists a folder: '.'"),
        ("open('data.csv')", ":1: the snippet opens a file: 'data.csv'"),
        ("open('data.csv', 'w')", ":1: the snippet opens a file: 'data.csv'"),
        (
            "import numpy as np\n\nnp.load('x.npy')",
            ":3: the snippet opens a file: 'x.npy'",
        ),
        ("import os\nos.mkdir('x')", ":2: the snippet makes a folder: 'x'"),
        ("import os\nos.remove('x')", ":2: the snippet deletes a file: 'x'"),
        ("import os\nos.rename('x', 'y')", ":2: the snippet renames a file: 'x'"),
        ("import os\nos.system('true')", ":2: the snippet starts a program: b'true'"),
        (
            "import subprocess\nsubprocess.run(['no-such'])",
            ":2: the snippet starts a program: 'no-such'",
        ),
        (
            "import socket\nsocket.getaddrinfo('localhost', 80)",
            ":2: the snippet opens a connection: 'localhost'",
        ),
        (
            "def f():\n    raise ValueError('no\\nway')\nf()",
            ":2: the code raises ValueError: no way",
        ),
        ("raise SystemExit(3)", ":1: the code raises SystemExit: 3"),
        ("assert False", ":1: the code raises AssertionError: no message"),
        (
            "import warnings\nwarnings.warn('old\\nthing')",
            ":2: the snippet warns UserWarning: old",
        ),
        ("import warnings\nwarnings.warn('')", ":2: the snippet warns UserWarning: "),
    ],
)
def test_what_a_snippet_must_not_do_is_told_with_its_line(
    tmp_path: Path, code: str, error: str
) -> None:
    assert run(tmp_path, code) == f"{PREFIX}{error}"


@pytest.mark.parametrize(
    "code",
    [
        "import this_is_imported",
        "import inspect, textwrap\ninspect.getsource(textwrap)",
        "import warnings\nwarnings.warn('x', DeprecationWarning)",
        "import os, sysconfig\nopen(os.path.join(sysconfig.get_path('stdlib'), 'os.py')).close()",
        "open('/dev/null').close()",
        "print('  ', end='')",
        "try:\n    raise ValueError\nexcept ValueError:\n    pass",
    ],
)
def test_imports_and_the_libraries_own_files_are_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    (tmp_path / "this_is_imported.py").write_text("open(__file__).close()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run(tmp_path, code) == ""


def test_a_file_read_where_the_error_is_swallowed_is_told_all_the_same(tmp_path: Path) -> None:
    code = "try:\n    open('x')\nexcept OSError:\n    pass"
    assert run(tmp_path, code) == f"{PREFIX}:2: the snippet opens a file: 'x'"


def test_an_error_from_elsewhere_names_the_line_that_was_given(tmp_path: Path) -> None:
    found, _ = snippet(tmp_path, "")
    with pytest.raises(SnippetError) as caught, guarded(found, 7, "a run"):
        int("x")
    assert caught.value.place == f"{PREFIX}:7"
    assert caught.value.message.startswith("a run raises ValueError: invalid literal")


def test_a_warning_from_elsewhere_names_the_line_that_was_given(tmp_path: Path) -> None:
    found, _ = snippet(tmp_path, "")
    with pytest.raises(SnippetError) as caught, guarded(found, 7):
        warnings.warn("x", FutureWarning, stacklevel=1)
    assert str(caught.value).startswith(f"{PREFIX}:7: the snippet warns FutureWarning: x")


def test_outside_the_guard_everything_is_allowed(tmp_path: Path) -> None:
    found, _ = snippet(tmp_path, "")
    with guarded(found):
        pass
    exec(compile("open(__file__).close()", str(found.path), "exec"), {"__file__": __file__})  # noqa: S102


def test_an_interrupt_stays_one(tmp_path: Path) -> None:
    found, _ = snippet(tmp_path, "")
    with pytest.raises(KeyboardInterrupt), guarded(found):
        raise KeyboardInterrupt
