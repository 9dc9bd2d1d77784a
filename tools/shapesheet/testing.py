"""Run a snippet's claims and mistakes with pytest, inside this process."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from shapesheet import snippet as snippets
from shapesheet.claims import ERROR_PROPERTY, Evidence
from shapesheet.errors import SnippetError
from shapesheet.raised import reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet


@dataclass(eq=False)  # pytest keeps its plugins in sets
class _Listener:
    """Hear what pytest reports."""

    snippet: Snippet
    failures: list[SnippetError] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: ANN401
        for key, value in report.user_properties:
            if key == ERROR_PROPERTY:
                self.errors[report.location[2]] = value
        if not report.passed:
            _, above, name = report.location
            self._add(report, name, 0 if above is None else above + 1)

    def pytest_collectreport(self, report: Any) -> None:  # noqa: ANN401
        if not report.passed:
            self._add(report, "the test file", 0)

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:  # noqa: ANN401
        self.interrupted = excinfo.type is KeyboardInterrupt

    def _add(self, report: Any, name: str, line: int) -> None:  # noqa: ANN401
        said, verb = report.longrepr, "fails" if report.failed else "is skipped"
        crash = getattr(said, "reprcrash", None)
        if crash is not None:
            line = self._innermost(said) or line
            text = crash.message.strip().partition("\n")[0].removeprefix("Failed: ")
        elif hasattr(said, "errorstring"):
            # Of a fixture that is not to be had: what is wrong, then those that are.
            text = said.errorstring.strip().partition("\n")[0]
        else:
            # A skip is its place and its reason; an error of collection is its whole traceback.
            text = (
                str(said[-1] if isinstance(said, tuple) else said)
                .strip()
                .splitlines()[-1]
                .removeprefix("Skipped: ")
            )
        cure = f"run: pytest {self.snippet.test_shown}"
        message = f"{name} {verb}: {text.strip()}"
        self.failures.append(SnippetError(self.snippet.test_shown, line, message, cure))

    def _innermost(self, said: Any) -> int:  # noqa: ANN401
        """Return the innermost line of the claims in a traceback, zero when there is none."""
        entries = getattr(getattr(said, "reprtraceback", None), "reprentries", ())
        places = [entry.reprfileloc for entry in entries if getattr(entry, "reprfileloc", None)]
        name = self.snippet.test_path.name
        return next((each.lineno for each in reversed(places) if each.path.endswith(name)), 0)


def run(
    snippet: Snippet, config: Config, evidence: Evidence, plugins: Sequence[object] = ()
) -> Evidence:
    """Return the evidence with what each mistake raised, after pytest has run all of it.

    Args:
        snippet: Whose claims to run.
        config: Its project.
        evidence: Its claims and mistakes.
        plugins: What else listens to pytest, or tells it what to run.

    Raises:
        SnippetError: The first claim that fails or is skipped, or mistake that raises nothing.
        KeyboardInterrupt: The person has had enough.
    """
    listener = _Listener(snippet)
    # Of the project's options some would run other tests, in other processes, or print.
    arguments = [str(snippet.test_path), f"--rootdir={config.root}", "-o", "addopts="]
    arguments += ["-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    # What else is installed for pytest may take a second to start, and have a say in the claims.
    arguments += ["--disable-plugin-autoload", "-p", "shapesheet"]
    # It would take over from ours, which tells the line on which a worker hangs or crashes.
    arguments += ["-p", "no:faulthandler"]
    # This process has imported the plugin before pytest could rewrite its assertions; it has none.
    arguments += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    printed = io.StringIO()
    with (
        _own_modules(config),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        code = _pytest(arguments, listener, plugins)
    if listener.interrupted:
        raise KeyboardInterrupt
    if listener.failures:
        raise listener.failures[0]
    if code:
        said = printed.getvalue().strip().splitlines() or ["it says nothing"]
        cure = f"run: pytest {snippet.test_shown}"
        raise SnippetError(snippet.test_shown, 0, f"pytest can't run it: {said[-1]}", cure)
    mistakes = tuple(
        replace(mistake, error=listener.errors.get(mistake.name, ""))
        for mistake in evidence.mistakes
    )
    return Evidence(evidence.claims, mistakes)


def _pytest(arguments: list[str], listener: _Listener, plugins: Sequence[object]) -> int:
    """Return pytest's exit code, one of its own errors told by ``listener`` if it has any."""
    import pytest  # noqa: PLC0415 - only a check needs pytest, and it takes a while

    try:
        return int(pytest.main(arguments, plugins=[listener, *plugins]))
    except Exception as error:  # noqa: BLE001 - without memory, pytest itself may raise
        message = f"pytest can't run it: {reason(error)}"
        cure = f"run: pytest {listener.snippet.test_shown}"
        listener.failures.append(SnippetError(listener.snippet.test_shown, 0, message, cure))
        return 1


@contextlib.contextmanager
def _own_modules(config: Config) -> Iterator[None]:
    """Hide the modules of snippets meanwhile, and forget those of this run afterwards.

    Each run must see the files of its own project, and as they are then.
    """
    hidden = _taken(config)
    try:
        yield
    finally:
        _taken(config)
        sys.modules.update(hidden)


def _taken(config: Config) -> dict[str, Any]:
    """Take the modules below the folder of the snippets out of Python's, and return them."""
    return {name: sys.modules.pop(name) for name in snippets.modules(config)}
