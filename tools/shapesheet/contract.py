"""The grammar of contracts: the ``Shapes:`` section of a builder's docstring.

A contract states the shapes of a builder's inputs, outputs and targets, with their types and
domains. Nothing here runs a snippet or imports Keras.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapesheet.domains import Domain, parse_domain
from shapesheet.expressions import Expression, parse_condition
from shapesheet.grammar import GrammarError
from shapesheet.portability import Portability, parse_portability
from shapesheet.shapes import BATCH, Shape, parse_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES = ("input", "output", "target")
DTYPES = ("float", "int")
_KEYS = (*ROLES, "where", "heavy", "backends")


@dataclass(frozen=True)
class TensorContract:
    """One line of a ``Shapes:`` section.

    Attributes:
        role: ``input``, ``output`` or ``target``.
        name: The Keras name, empty when there is one of its role.
        shape: Its dimensions.
        dtype: ``float`` or ``int``.
        domain: Its values.
        line: The line in the file, counted from one.
    """

    role: str
    name: str
    shape: Shape
    dtype: str
    domain: Domain
    line: int


@dataclass(frozen=True)
class Contract:
    """A builder's ``Shapes:`` section.

    Attributes:
        line: The line of ``Shapes:``.
        tensors: The inputs, outputs and targets in the order of the section.
        where: Conditions that the sizes keep.
        values: Values to try for parameters, by their names.
        heavy: Why the snippet is built only once, empty when it is not heavy.
        lines: Where conditions, by their text, and parameters with values stand in the file.
        portability: The backends that the snippet runs on.
    """

    line: int
    tensors: tuple[TensorContract, ...]
    where: tuple[Expression, ...] = ()
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    heavy: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    portability: Portability = field(default_factory=Portability)

    def of(self, role: str) -> tuple[TensorContract, ...]:
        """Return the tensors of a role."""
        return tuple(tensor for tensor in self.tensors if tensor.role == role)


class ContractLineError(ValueError):
    """A line of a contract that is not in the grammar: its number and what is wrong."""

    def __init__(self, line: int, error: GrammarError) -> None:
        """Keep the line beside the error that knows only its column."""
        super().__init__(str(error))
        self.line = line
        self.error = error


def parse_contract(lines: Mapping[int, str], heading: int) -> Contract:
    """Return the contract in the lines of a ``Shapes:`` section.

    Args:
        lines: The section's lines by their number in the file.
        heading: The line of ``Shapes:``.

    Raises:
        ContractLineError: A line is not in the grammar.
    """
    found = _Found()
    for number, line in lines.items():
        try:
            found.add(line, number)
        except GrammarError as error:
            raise ContractLineError(number, error) from None
    return Contract(
        heading,
        tuple(found.tensors),
        tuple(found.where),
        found.values,
        found.heavy,
        found.lines,
        found.portability,
    )


@dataclass
class _Found:
    """What the lines so far state."""

    tensors: list[TensorContract] = field(default_factory=list)
    where: list[Expression] = field(default_factory=list)
    values: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    heavy: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    portability: Portability = field(default_factory=Portability)

    def add(self, line: str, number: int) -> None:
        key, name, text, column = _split(line)
        try:
            self._add(key, name, text, number)
        except GrammarError as error:
            raise error.shifted(column) from None

    def _add(self, key: str, name: str, text: str, number: int) -> None:
        if key in ROLES:
            self.tensors.append(parse_tensor(key, name, text, number))
        elif key == "where":
            self.where.append(parse_condition(text))
            self.lines[self.where[-1].text] = number
        elif key == "heavy":
            self.heavy = _reason(text)
        elif key == "backends":
            self.portability = parse_portability(text, number)
        else:
            self.values[key] = _values(key, text)
            self.lines[key] = number


def _split(line: str) -> tuple[str, str, str, int]:
    """Return the key, the tensor's name, the text after the colon and its column."""
    match = re.match(r"(\s*)([A-Za-z_]\w*)(?:[ \t]+([\w./]+))?[ \t]*:[ \t]*", line)
    if not match or (match[3] and match[2] not in ROLES):
        column = len(line) - len(line.lstrip())
        cure = f"begin the line with {', '.join(_KEYS)} or a parameter's name, and a colon"
        message = "this line of the contract states nothing"
        raise GrammarError(message, column, cure)
    return match[2], match[3] or "", line[match.end() :].rstrip(), match.end()


def parse_tensor(role: str, name: str, text: str, line: int) -> TensorContract:
    """Return the tensor that ``(dimensions) [dtype] [in DOMAIN]`` states.

    Raises:
        GrammarError: The text is not in the grammar; columns count from its start.
    """
    end = _closing(text)
    shape = parse_shape(text[:end])
    if not shape.dimensions or shape.dimensions[0].text != BATCH:
        message, cure = "the first dimension is not batch", "begin with it: (batch, ...)"
        raise GrammarError(message, 0, cure)
    match = re.match(rf"\s*({'|'.join(DTYPES)})\b", text[end:])
    start = end + (match.end() if match else 0)
    try:
        domain = parse_domain(text[start:])
    except GrammarError as error:
        raise error.shifted(start) from None
    return TensorContract(role, name, shape, match[1] if match else DTYPES[0], domain, line)


def _closing(text: str) -> int:
    """Return where the parentheses that ``text`` begins with have closed."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth <= 0:
            if index == 0:
                break
            return index + 1
    message = "a shape belongs here" if depth <= 0 else "this shape does not end"
    cure = "write the dimensions in parentheses: (batch, num_features)"
    raise GrammarError(message, len(text) if depth > 0 else 0, cure)


def _reason(text: str) -> str:
    if not text:
        cure = "write why: heavy: VGG19 with its dense layers holds half a gigabyte"
        message = "heavy has no reason"
        raise GrammarError(message, 0, cure)
    return text


def _values(key: str, text: str) -> tuple[Any, ...]:
    try:
        values = tuple(ast.literal_eval(f"({text},)"))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        cure = f'begin with {", ".join(ROLES)}, or list the values to try: {key}: "concat", "sum"'
        message = f"{text!r} is no list of values for {key}"
        raise GrammarError(message, 0, cure) from None
    return values
