"""A snippet's claims and mistakes: read them from its test file.

A claim is a function ``test_...`` whose docstring is the claim. A mistake is a function
``mistake_...`` whose body is wrong code that must raise; its docstring says what is wrong.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapesheet.errors import PLACEHOLDER, SnippetError
from shapesheet.record import Claim, Mistake
from shapesheet.source import is_text

if TYPE_CHECKING:
    from shapesheet.config import Config
    from shapesheet.snippet import Snippet

CLAIM = "test_"
MISTAKE = "mistake_"
# Under this name a mistake's item reports what it raised.
ERROR_PROPERTY = "shapesheet error"


@dataclass(frozen=True)
class Evidence:
    """What a snippet's test file states: its claims, and its mistakes without their errors."""

    claims: tuple[Claim, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read(snippet: Snippet, config: Config) -> Evidence:
    """Return the claims and mistakes of a snippet.

    Raises:
        SnippetError: There is no test file, it does not parse, or a claim has no sentence or
            asserts nothing.
    """
    wanted = config.settings.minimum_claims
    cure = f"write {snippet.test_shown} with one test for each claim"
    if not snippet.test_path.is_file():
        message = f"the snippet has no claims, {snippet.test_path.name} is missing"
        raise SnippetError(snippet.shown, 0, message, cure)
    source, tree = _parse(snippet)
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    claims = tuple(Claim(node.name, _text(snippet, node)) for node in found if _is(node, CLAIM))
    mistakes = tuple(
        Mistake(node.name, _text(snippet, node), _body(source, node), "")
        for node in found
        if _is(node, MISTAKE)
    )
    _require_assertions(snippet, {node.name: node for node in found})
    if len(claims) < wanted:
        message = f"the snippet has {len(claims)} claims, {wanted} are wanted"
        raise SnippetError(snippet.test_shown, 0, message, cure)
    return Evidence(claims, mistakes)


def _parse(snippet: Snippet) -> tuple[str, ast.Module]:
    try:
        source = snippet.test_path.read_text(encoding="utf-8")
        return source, ast.parse(source)
    except SyntaxError as error:
        message, line = f"the claims do not parse: {error.msg}", error.lineno or 0
        raise SnippetError(snippet.test_shown, line, message, "mend the syntax there") from None
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        message = f"the claims do not parse: {error or 'they are nested too deeply'}"
        raise SnippetError(snippet.test_shown, 0, message, "save the file as UTF-8") from None


def _is(node: ast.FunctionDef, prefix: str) -> bool:
    return node.name.startswith(prefix)


def _require_assertions(snippet: Snippet, functions: dict[str, ast.FunctionDef]) -> None:
    """Refuse a claim that can't fail: it, or a function of the file that it uses, must assert."""
    for name, node in functions.items():
        if _is(node, CLAIM) and not _asserts(node, functions, set()):
            message = f"{name} asserts nothing"
            cure = "assert what its sentence says, and break the model once to see it fail"
            raise SnippetError(snippet.test_shown, node.lineno, message, cure)


def _asserts(node: ast.AST, functions: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    for part in ast.walk(node):
        match part:
            case ast.Assert():
                return True
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name.startswith(
                "assert"
            ) or name in ("raises", "warns"):
                return True
            case ast.Name(id=name) if name in functions and name not in seen:
                seen.add(name)
                if _asserts(functions[name], functions, seen):
                    return True
    return False


def _text(snippet: Snippet, node: ast.FunctionDef) -> str:
    text = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
    if not text:
        message = f"{node.name} has no docstring"
        cure = "say in one sentence what it shows, as the page will"
        raise SnippetError(snippet.test_shown, node.lineno, message, cure)
    if not is_text(text):
        message = f"the docstring of {node.name} is no text, found {text!a}"
        raise SnippetError(snippet.test_shown, node.lineno, message, "write whole characters")
    if text.startswith(PLACEHOLDER):
        raise SnippetError.placeholder(snippet.test_shown, node.body[0].lineno, text)
    return text


def _body(source: str, node: ast.FunctionDef) -> str:
    lines = source.split("\n")[(node.body[0].end_lineno or 0) : node.end_lineno]
    return textwrap.dedent("\n".join(lines)).strip("\n")
