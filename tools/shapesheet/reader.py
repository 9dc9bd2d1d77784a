"""Read a snippet without running it: format, imports, builder and contract."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapesheet.contract import Contract, ContractLineError, parse_contract
from shapesheet.errors import PLACEHOLDER, SnippetError
from shapesheet.grammar import GrammarError
from shapesheet.shapes import BATCH, Shape, is_shape, parse_shapes
from shapesheet.source import comments, is_text, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapesheet.config import Config
    from shapesheet.snippet import Snippet

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class ShapeComment:
    """A comment that states the shape of what its line makes.

    Attributes:
        line: Its line, counted from one.
        text: The comment without its hash.
        shapes: What it states, one shape for each output.
    """

    line: int
    text: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Reading:
    """What a snippet says before it is run.

    Attributes:
        summary: The first line of the module's docstring.
        tree: The syntax tree.
        builder: The function that bears the file's name.
        contract: Its ``Shapes:`` section.
        comments: The shape comments in the order of their lines.
    """

    summary: str
    tree: ast.Module
    builder: ast.FunctionDef
    contract: Contract
    comments: tuple[ShapeComment, ...]


def read(snippet: Snippet, config: Config) -> Reading:
    """Return what the snippet says.

    Raises:
        SnippetError: It does not parse, imports what it may not, has no docstring, no builder
            of its name, no contract, or a contract or shape comment outside the grammar.
    """
    tree = _parse(snippet)
    _require_imports(snippet, tree, config)
    _require_countable(snippet, tree)
    summary = (ast.get_docstring(tree) or "").split("\n")[0].strip()
    if not summary:
        cure = 'begin the file with one sentence: """Classify ... with ..."""'
        raise SnippetError(snippet.shown, 1, "the snippet has no docstring", cure)
    if not is_text(summary):
        message, cure = f"the docstring is no text, found {summary!a}", "write whole characters"
        raise SnippetError(snippet.shown, 1, message, cure)
    builder = _builder(snippet, tree)
    _require_words(snippet, tree, builder)
    contract = _contract(snippet, builder)
    _require_parameters(snippet, builder, contract)
    return Reading(summary, tree, builder, contract, _shape_comments(snippet))


def _parse(snippet: Snippet) -> ast.Module:
    try:
        return ast.parse(snippet.source, filename=snippet.shown)
    except SyntaxError as error:
        message = f"the snippet does not parse: {error.msg}"
        column = error.offset or 0
        raise SnippetError(
            snippet.shown, error.lineno or 0, message, "mend the syntax there", column=column
        ) from None
    except (ValueError, RecursionError, MemoryError) as error:
        message = f"the snippet does not parse: {error or 'it is nested too deeply'}"
        raise SnippetError(snippet.shown, 0, message, "save the file as text") from None


def _require_imports(snippet: Snippet, tree: ast.Module, config: Config) -> None:
    extra = config.settings.family_imports.get(snippet.family, ())
    allowed = {*config.settings.imports, *extra}
    for node in ast.walk(tree):
        for name in _imported(node):
            top = name.split(".")[0]
            if top in allowed or (top in sys.stdlib_module_names and top != ""):
                continue
            line = getattr(node, "lineno", 0)
            message = f"a snippet may not import {name or 'from its own folder'}"
            cure = f"use only the standard library and {', '.join(sorted(allowed))}"
            raise SnippetError(snippet.shown, line, message, cure)


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, level=level):
            return [module or ""] if level == 0 else [""]
        case _:
            return []


def _require_countable(snippet: Snippet, tree: ast.Module) -> None:
    """Refuse what hides a product: its multiply-adds are seen only when it is ``ops.matmul``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            cure = "write ops.matmul(a, b), whose multiply-adds are counted"
            raise SnippetError(snippet.shown, node.lineno, "a matrix product is written @", cure)
        if isinstance(node, ast.ImportFrom) and node.module == "keras.ops":
            cure = "write from keras import ops, then ops.matmul: so it is seen when it is called"
            message = "functions are imported out of keras.ops"
            raise SnippetError(snippet.shown, node.lineno, message, cure)


def _builder(snippet: Snippet, tree: ast.Module) -> ast.FunctionDef:
    functions = [node for node in tree.body if isinstance(node, Function)]
    for node in functions:
        if node.name == snippet.name and isinstance(node, ast.FunctionDef):
            return node
    found = ", ".join(node.name for node in functions) or "no function"
    line = functions[0].lineno if functions else 0
    message = f"there is no builder named {snippet.name}, found {found}"
    cure = f"name the function that returns the model {snippet.name}, or rename the file"
    raise SnippetError(snippet.shown, line, message, cure)


def _require_words(snippet: Snippet, tree: ast.Module, builder: ast.FunctionDef) -> None:
    for node in (tree, builder):
        if not ast.get_docstring(node):
            continue
        first, last = node.body[0].lineno, node.body[0].end_lineno or 0
        for number, line in enumerate(lines(snippet.source)[first - 1 : last], first):
            text = line.strip().strip('"')
            if text.startswith(PLACEHOLDER):
                raise SnippetError.placeholder(snippet.shown, number, text)


def _contract(snippet: Snippet, builder: ast.FunctionDef) -> Contract:
    heading, lines = _section(snippet, builder)
    try:
        contract = parse_contract(lines, heading)
    except ContractLineError as found:
        error = found.error
        raise SnippetError(
            snippet.shown, found.line, error.message, error.cure, column=error.column + 1
        ) from None
    for role in ("input", "output"):
        if not contract.of(role):
            cure = f"add a line: {role}: (batch, ...)"
            raise SnippetError(snippet.shown, heading, f"the contract has no {role}", cure)
    return contract


def _section(snippet: Snippet, builder: ast.FunctionDef) -> tuple[int, dict[int, str]]:
    first = builder.body[0]
    if not ast.get_docstring(builder):
        cure = 'begin it with """Return ...""" and a Shapes: section'
        message = f"{builder.name} has no docstring"
        raise SnippetError(snippet.shown, builder.lineno, message, cure)
    found = lines(snippet.source)
    numbers = range(first.lineno, (first.end_lineno or first.lineno) + 1)
    for number in numbers:
        if found[number - 1].strip() == "Shapes:":
            return number, dict(_indented(found, number, numbers.stop))
    cure = "add to its docstring: Shapes:, then input: (batch, ...) and output: (batch, ...)"
    message = f"{builder.name} has no Shapes: section"
    raise SnippetError(snippet.shown, builder.lineno, message, cure)


def _indented(lines: list[str], heading: int, end: int) -> Iterator[tuple[int, str]]:
    margin = len(lines[heading - 1]) - len(lines[heading - 1].lstrip())
    for number in range(heading + 1, end):
        line = lines[number - 1]
        if not line.strip() or len(line) - len(line.lstrip()) <= margin:
            return
        yield number, line


def _require_parameters(snippet: Snippet, builder: ast.FunctionDef, contract: Contract) -> None:
    arguments = builder.args
    positional = [*arguments.posonlyargs, *arguments.args]
    without = [argument.arg for argument in positional[: len(positional) - len(arguments.defaults)]]
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    without += [argument.arg for argument, default in pairs if default is None]
    if without or arguments.vararg or arguments.kwarg:
        message = f"the builder's parameters need defaults, found {', '.join(without) or '*'}"
        cure = "give every parameter a default at which the model builds fast"
        raise SnippetError(snippet.shown, builder.lineno, message, cure)
    names = [argument.arg for argument in (*positional, *arguments.kwonlyargs)]
    for line, name in _names_read(contract):
        if name not in names:
            message = f"the contract names {name}, which is no parameter of {builder.name}"
            cure = f"use one of: {', '.join([BATCH, *names])}"
            raise SnippetError(snippet.shown, line, message, cure)


def _names_read(contract: Contract) -> Iterator[tuple[int, str]]:
    for tensor in contract.tensors:
        for expression in (*tensor.shape.dimensions, *tensor.domain.bounds):
            yield from ((tensor.line, name) for name in sorted(expression.names - {BATCH}))
    for condition in contract.where:
        line = contract.lines[condition.text]
        yield from ((line, name) for name in sorted(condition.names))
    yield from ((contract.lines[name], name) for name in contract.values)


def _shape_comments(snippet: Snippet) -> tuple[ShapeComment, ...]:
    found = []
    for line, column, text in comments(snippet.source):
        if not is_shape(text):
            continue
        try:
            found.append(ShapeComment(line, text, parse_shapes(text)))
        except GrammarError as error:
            raise SnippetError(
                snippet.shown, line, error.message, error.cure, column=column + error.column + 1
            ) from None
    return tuple(found)
