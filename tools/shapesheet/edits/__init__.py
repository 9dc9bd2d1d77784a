"""Break a snippet in the ways that people do, one at a time."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from shapesheet.edits.edit import code
from shapesheet.edits.lines import wrong_lines, wrong_orders, wrong_sums
from shapesheet.edits.names import wrong_names
from shapesheet.edits.scope import Scope
from shapesheet.edits.stacks import wrong_stacks
from shapesheet.edits.statements import wrong_comment, wrong_contract
from shapesheet.edits.values import wrong_arguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapesheet.edits.edit import Edit

# The kinds of mistakes, in the order in which they are told of.
OPERATORS = (
    "units",
    "filters",
    "kernel size",
    "pool size",
    "strides",
    "padding",
    "dilation",
    "activation swapped",
    "activation dropped",
    "loss swapped",
    "loss dropped",
    "return_sequences",
    "axis",
    "layer dropped",
    "layer doubled",
    "layers swapped",
    "Flatten for pooling",
    "skip cut",
    "merge mode",
    "masking",
    "training dropped",
    "shape comment",
    "contract dimension",
    "domain",
)


@dataclass(frozen=True)
class Mutant:
    """A snippet with one mistake in it.

    Attributes:
        operator: The kind of mistake, one of ``OPERATORS``.
        line: Where it is in the snippet, counted from one.
        before: The code or statement that was changed.
        after: What it was changed to.
        source: The text of the whole snippet with the mistake in it.
        ordinal: Which one it is of those that read the same.
    """

    operator: str
    line: int
    before: str
    after: str
    source: str
    ordinal: int = 1

    @property
    def id(self) -> str:
        """Return its name, which an edit elsewhere in the snippet does not change."""
        arrow = "↔" if self.operator == "layers swapped" else "→"
        number = f" #{self.ordinal}" if self.ordinal > 1 else ""
        return f"{self.operator}: {self.before} {arrow} {self.after}{number}"


def mutants(source: str) -> list[Mutant]:
    """Return every mutant of a snippet, in the order of their lines.

    Those that do not parse or are the snippet itself are left out.
    """
    wrapper = MetadataWrapper(cst.parse_module(source))
    positions = wrapper.resolve(PositionProvider)
    collector = _Collector(wrapper.module)
    wrapper.module.visit(collector)
    found: list[Mutant] = []
    for edit, shift in collector.edits:
        changed = wrapper.module.deep_replace(edit.old, edit.new)
        text = changed.code if isinstance(changed, cst.Module) else ""
        line = positions[edit.anchor or edit.old].start.line + shift
        if text != source and _parses(text):
            found.append(Mutant(edit.operator, line, edit.before, edit.after, text))
    return _numbered(sorted(found, key=lambda each: each.line))


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return bool(text)


def _numbered(found: Iterable[Mutant]) -> list[Mutant]:
    """Return the mutants with an ordinal where several read the same, each text once."""
    seen: Counter[str] = Counter()
    texts: set[str] = set()
    numbered = []
    for each in found:
        if each.source in texts:
            continue
        texts.add(each.source)
        seen[each.id] += 1
        ordinal = seen[each.id]
        numbered.append(
            Mutant(each.operator, each.line, each.before, each.after, each.source, ordinal)
        )
    return numbered


class _Collector(cst.CSTVisitor):
    """Walk a snippet and note every edit, with how many lines below its node it is."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__()
        self.edits: list[tuple[Edit, int]] = []
        self._scope = Scope.of(module)
        self._comments = 0
        self._lines: dict[cst.CSTNode, cst.SimpleStatementLine] = {}

    def _note(self, edits: Iterator[Edit]) -> None:
        self.edits += [(edit, 0) for edit in edits]

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802 - libcst's name
        self._note(wrong_arguments(node, self._scope))
        self._note(wrong_names(node, self._scope))
        self._note(wrong_stacks(node, self._scope))

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:  # noqa: N802
        self._note(wrong_lines(node, self._scope))
        statement = node.body[0]
        if isinstance(statement, cst.Assign | cst.Return) and statement.value:
            self._lines[statement.value] = node

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:  # noqa: N802
        self._note(wrong_orders(node, self._scope))

    def visit_BinaryOperation(self, node: cst.BinaryOperation) -> None:  # noqa: N802
        self._note(wrong_sums(node, self._scope, self._lines.get(node)))

    def visit_Comment(self, node: cst.Comment) -> None:  # noqa: N802
        edits = list(wrong_comment(node, self._comments))
        self._comments += bool(edits)
        self._note(iter(edits))

    def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802
        self.edits += [(edit, shift) for shift, edit in wrong_contract(node)]

    def visit_If(self, node: cst.If) -> bool:  # noqa: N802
        """Leave out what runs only when the file is run as a program."""
        return code(node.test) != '__name__ == "__main__"'
