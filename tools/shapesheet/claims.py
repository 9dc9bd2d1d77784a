"""A snippet's claims and mistakes: read them from its test file, and run them with pytest.

A claim is a function ``test_...`` whose docstring is the claim. A mistake is a function
``mistake_...`` whose body is wrong code that must raise; its docstring says what is wrong.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapesheet.errors import SnippetError
from shapesheet.record import Claim, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet

CLAIM = "test_"
MISTAKE = "mistake_"
ERROR_PROPERTY = "shapesheet error"


@dataclass(frozen=True)
class Evidence:
    """What a snippet's test file states: its claims, and its mistakes without their errors."""

    claims: tuple[Claim, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read(snippet: Snippet, config: Config) -> Evidence:
    """Return the claims and mistakes of a snippet.

    Raises:
        SnippetError: There is no test file, it does not parse, or a claim has no sentence.
    """
    wanted = config.settings.minimum_claims
    cure = f"write {snippet.test_shown} with one test for each claim"
    if not snippet.test_path.is_file():
        message = f"the snippet has no claims, {snippet.test_path.name} is missing"
        raise SnippetError(snippet.shown, 0, message, cure)
    source = snippet.test_path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        message = f"the claims do not parse: {error.msg}"
        raise SnippetError(
            snippet.test_shown, error.lineno or 0, message, "mend the syntax there"
        ) from None
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    claims = tuple(Claim(node.name, _text(snippet, node)) for node in found if _is(node, CLAIM))
    mistakes = tuple(
        Mistake(node.name, _text(snippet, node), _body(source, node), "")
        for node in found
        if _is(node, MISTAKE)
    )
    if len(claims) < wanted:
        message = f"the snippet has {len(claims)} claims, {wanted} are wanted"
        raise SnippetError(snippet.test_shown, 0, message, cure)
    return Evidence(claims, mistakes)


def _is(node: ast.FunctionDef, prefix: str) -> bool:
    return node.name.startswith(prefix)


def _text(snippet: Snippet, node: ast.FunctionDef) -> str:
    text = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
    if not text:
        message = f"{node.name} has no docstring"
        cure = "say in one sentence what it shows, as the page will"
        raise SnippetError(snippet.test_shown, node.lineno, message, cure)
    return text


def _body(source: str, node: ast.FunctionDef) -> str:
    lines = source.splitlines()[(node.body[0].end_lineno or 0) : node.end_lineno]
    return textwrap.dedent("\n".join(lines)).strip("\n")


@dataclass
class _Listener:
    """Hear what pytest reports."""

    snippet: Snippet
    failures: list[SnippetError] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: ANN401
        for key, value in report.user_properties:
            if key == ERROR_PROPERTY:
                self.errors[report.location[2]] = value
        if report.failed:
            self.failures.append(self._failure(report, report.location[2]))

    def pytest_collectreport(self, report: Any) -> None:  # noqa: ANN401
        if report.failed:
            self.failures.append(self._failure(report, "the test file"))

    def _failure(self, report: Any, name: str) -> SnippetError:  # noqa: ANN401
        crash = getattr(report.longrepr, "reprcrash", None)
        message = (crash.message if crash else str(report.longrepr)).strip().splitlines()
        inside = crash is not None and str(crash.path).endswith(self.snippet.test_path.name)
        line = crash.lineno if inside and crash else report.location[1] + 1 if _placed(report) else 0
        cure = f"run: pytest {self.snippet.test_shown}"
        said = message[-1] if crash is None else message[0]
        return SnippetError(self.snippet.test_shown, line, f"{name} fails: {said}", cure)


def _placed(report: Any) -> bool:  # noqa: ANN401
    return bool(getattr(report, "location", None)) and report.location[1] is not None


def run(snippet: Snippet, config: Config, evidence: Evidence) -> Evidence:
    """Return the evidence with what each mistake raised, after pytest has run all of it.

    Raises:
        SnippetError: The first claim that fails, or mistake that raises nothing.
    """
    import pytest  # noqa: PLC0415 - only a check needs pytest, and it takes a while

    listener = _Listener(snippet)
    arguments = [str(snippet.test_path), f"--rootdir={config.root}", "-p", "no:cacheprovider"]
    # This process has imported the plugin before pytest could rewrite its assertions; it has none.
    arguments += ["-q", "-W", "ignore::pytest.PytestAssertRewriteWarning", "--import-mode=importlib"]
    with _inside(config), contextlib.redirect_stdout(io.StringIO()) as printed:
        code = pytest.main(arguments, plugins=[listener])
    if listener.failures:
        raise listener.failures[0]
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        said = printed.getvalue().strip().splitlines() or ["it says nothing"]
        cure = f"run: pytest {snippet.test_shown}"
        raise SnippetError(snippet.test_shown, 0, f"pytest can't run it: {said[-1]}", cure)
    return Evidence(evidence.claims, tuple(_with_errors(evidence, listener.errors)))


@contextlib.contextmanager
def _inside(config: Config) -> Iterator[None]:
    """Run pytest in the project's folder, whose settings it reads and whose packages it sees."""
    before = os.getcwd()  # noqa: PTH109 - the string goes back to chdir as it was
    os.chdir(config.root)
    try:
        yield
    finally:
        os.chdir(before)


def _with_errors(evidence: Evidence, errors: dict[str, str]) -> Iterator[Mistake]:
    for mistake in evidence.mistakes:
        yield Mistake(mistake.name, mistake.text, mistake.code, errors[mistake.name])
