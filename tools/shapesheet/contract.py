"""The grammar of contracts and shape comments: parse, evaluate.

A shape is a tuple of integer expressions over names, ``(batch, height // 2, 64)``. A contract
states the shapes of a builder's inputs, outputs and targets, with their types and domains.
Nothing here runs a snippet or imports Keras; expressions are read with ``ast`` and evaluated
by a walk over the few nodes that the grammar has.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Number = int | float
Lookup = Callable[[str], Number]

BATCH = "batch"
ROLES = ("input", "output", "target")
DTYPES = ("float", "int")

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max}
_HIGHEST_POWER = 64


class GrammarError(ValueError):
    """A text that the grammar does not have.

    Args:
        message: What is wrong.
        column: Where in the text, counted from zero.
        cure: The edit that mends it.
    """

    def __init__(self, message: str, column: int, cure: str) -> None:
        """Keep the parts apart for the one who knows the file and the line."""
        super().__init__(message)
        self.message = message
        self.column = column
        self.cure = cure


@dataclass(frozen=True)
class Expression:
    """An integer expression, a bound or a condition: its text and what it reads."""

    text: str
    node: ast.expr = field(repr=False, compare=False)

    @property
    def names(self) -> frozenset[str]:
        """Return the names that the expression reads."""
        return frozenset(
            node.id
            for node in ast.walk(self.node)
            if isinstance(node, ast.Name) and node.id not in _FUNCTIONS and node.id != "inf"
        )

    @property
    def any_length(self) -> bool:
        """Return whether this is ``None``: a dimension that may have any length."""
        return isinstance(self.node, ast.Constant) and self.node.value is None

    def evaluate(self, lookup: Lookup) -> Number:
        """Return the value with names resolved by ``lookup``.

        Raises:
            LookupError: From ``lookup``, for a name that stands for nothing.
            ArithmeticError: A division by zero, or a power beyond any shape.
        """
        value: Number = _evaluate(self.node, lookup)
        return value


@dataclass(frozen=True)
class Shape:
    """A tuple of dimensions, as written and parsed."""

    text: str
    dimensions: tuple[Expression, ...]


@dataclass(frozen=True)
class Domain:
    """The values that a tensor may hold.

    Attributes:
        text: As written, empty for real numbers.
        kind: ``real``, ``interval``, ``set``, ``one-hot`` or ``probabilities``.
        bounds: The two ends of an interval, or the members of a set.
        open_ends: Whether the interval leaves out its lower and its upper end.
    """

    text: str = ""
    kind: str = "real"
    bounds: tuple[Expression, ...] = ()
    open_ends: tuple[bool, bool] = (False, False)


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
    """

    line: int
    tensors: tuple[TensorContract, ...]
    where: tuple[Expression, ...] = ()
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    heavy: str = ""

    def of(self, role: str) -> tuple[TensorContract, ...]:
        """Return the tensors of a role."""
        return tuple(tensor for tensor in self.tensors if tensor.role == role)


def parse_expression(text: str, *, condition: bool = False) -> Expression:
    """Return the expression in ``text``.

    Args:
        text: What to parse.
        condition: Whether comparisons, ``and``, ``or`` and ``not`` are meant.

    Raises:
        GrammarError: It is not in the grammar.
    """
    node = _parse(text)
    _require_known(node, condition=condition)
    if condition and not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp):
        cure = "write a comparison, such as length % 4 == 0"
        raise GrammarError("this is no condition", node.col_offset, cure)
    return Expression(text.strip(), node)


def parse_shape(text: str) -> Shape:
    """Return the one shape in ``text``.

    Raises:
        GrammarError: It is no shape, or several.
    """
    shapes = parse_shapes(text)
    if len(shapes) != 1:
        cure = "write one line for each tensor"
        raise GrammarError(f"one shape belongs here, found {len(shapes)}", 0, cure)
    return shapes[0]


def parse_shapes(text: str) -> tuple[Shape, ...]:
    """Return the shapes in ``text``: one, or several with commas between them.

    Raises:
        GrammarError: It is no tuple of dimensions, nor several of them.
    """
    node = _parse(text)
    if not isinstance(node, ast.Tuple):
        cure = f"write ({text.strip().strip('()')},): a shape of one dimension needs the comma"
        raise GrammarError("this is no shape", node.col_offset, cure)
    if node.elts and all(isinstance(element, ast.Tuple) for element in node.elts):
        return tuple(_shape(text, element) for element in node.elts)
    return (_shape(text, node),)


def is_shape(text: str) -> bool:
    """Return whether a comment is meant as a shape, well formed or not.

    It is when it begins with ``(batch`` or parses as a tuple of dimensions. A remark in
    parentheses is none, since words with nothing between them do not parse.
    """
    stripped = text.strip()
    if re.match(r"\(\s*batch\b", stripped):
        return True
    try:
        return stripped.startswith("(") and bool(parse_shapes(stripped))
    except GrammarError:
        return False


def parse_tensor(role: str, name: str, text: str, line: int) -> TensorContract:
    """Return the tensor that ``(dimensions) [dtype] [in DOMAIN]`` states.

    Raises:
        GrammarError: The text is not in the grammar; columns count from its start.
    """
    end = _closing(text)
    shape = parse_shape(text[:end])
    rest = text[end:]
    match = re.match(r"\s*(?:(?P<dtype>[a-z]+\d*)\b(?!-))?\s*", rest)
    dtype = match["dtype"] if match and match["dtype"] in DTYPES else None
    start = match.end() if match and dtype else 0
    domain = _domain(rest[start:], end + start)
    _require_batch(shape)
    return TensorContract(role, name, shape, dtype or "float", domain, line)


def parse_contract(lines: Mapping[int, str], heading: int) -> Contract:
    """Return the contract in the lines of a ``Shapes:`` section.

    Args:
        lines: The section's lines by their number in the file.
        heading: The line of ``Shapes:``.

    Raises:
        ContractLineError: A line is not in the grammar.
    """
    tensors: list[TensorContract] = []
    where: list[Expression] = []
    values: dict[str, tuple[Any, ...]] = {}
    heavy = ""
    for number, line in lines.items():
        try:
            key, name, text, column = _split(line)
            try:
                if key in ROLES:
                    tensors.append(parse_tensor(key, name, text, number))
                elif key == "where":
                    where.append(parse_expression(text, condition=True))
                elif key == "heavy":
                    heavy = _reason(text)
                else:
                    values[key] = _values(key, text)
            except GrammarError as error:
                raise GrammarError(error.message, error.column + column, error.cure) from None
        except GrammarError as error:
            raise ContractLineError(number, error) from None
    return Contract(heading, tuple(tensors), tuple(where), values, heavy)


class ContractLineError(ValueError):
    """A line of a contract that is not in the grammar: its number and what is wrong."""

    def __init__(self, line: int, error: GrammarError) -> None:
        """Keep the line beside the error that knows only its column."""
        super().__init__(str(error))
        self.line = line
        self.error = error


def _parse(text: str) -> ast.expr:
    stripped = text.strip()
    shift = len(text) - len(text.lstrip())
    try:
        node = ast.parse(stripped, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        column = max((getattr(error, "offset", None) or 1) - 1, 0) + shift
        reason = getattr(error, "msg", None) or str(error)
        cure = "write dimensions as integer expressions: (batch, height // 2, 64)"
        raise GrammarError(f"this is no expression: {reason}", column, cure) from None
    for child in ast.walk(node):
        if isinstance(child, ast.expr):
            child.col_offset += shift
            child.end_col_offset = (child.end_col_offset or 0) + shift
    return node


def _shape(text: str, node: ast.expr) -> Shape:
    assert isinstance(node, ast.Tuple)  # noqa: S101 - both callers have just looked
    dimensions = []
    for element in node.elts:
        _require_known(element, condition=False)
        if isinstance(element, ast.Constant) and isinstance(element.value, float):
            cure = "write a whole number"
            raise GrammarError("a dimension is an integer", element.col_offset, cure)
        dimensions.append(Expression(_segment(text, element), element))
    return Shape(_segment(text, node), tuple(dimensions))


def _segment(text: str, node: ast.expr) -> str:
    line = text.encode().splitlines()[0] if text else b""
    return line[node.col_offset : node.end_col_offset].decode()


def _require_known(node: ast.expr, *, condition: bool) -> None:
    for part in _parts(node):
        if not _is_known(part, condition=condition):
            found = ast.unparse(part) if isinstance(part, ast.expr) else type(part).__name__
            column = getattr(part, "col_offset", node.col_offset)
            cure = "use names, whole numbers, None, + - * // % **, min, max and parentheses"
            raise GrammarError(f"{found!r} is not part of a shape", column, cure)


def _parts(node: ast.AST) -> list[ast.AST]:
    """Return the nodes below ``node``, but for the function's name of a call."""
    parts: list[ast.AST] = [node]
    children: list[ast.AST] = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        children = [*node.args, *node.keywords]
    for child in children:
        if not isinstance(child, ast.expr_context):
            parts.extend(_parts(child))
    return parts


def _is_known(node: ast.AST, *, condition: bool) -> bool:
    match node:
        case ast.Constant(value=value):
            return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        case ast.Name() | ast.BinOp() | ast.USub():
            return True
        case ast.UnaryOp(op=ast.USub()):
            return True
        case ast.Call(func=ast.Name(id=name), args=[_, *_], keywords=[]):
            return name in _FUNCTIONS
        case ast.Compare() | ast.BoolOp() | ast.And() | ast.Or() | ast.Not() | ast.UnaryOp(
            op=ast.Not()
        ):
            return condition
        case ast.Eq() | ast.NotEq() | ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE():
            return condition
        case _:
            return type(node) in _OPERATORS


def _evaluate(node: ast.expr, lookup: Lookup) -> Any:
    match node:
        case ast.Constant(value=value):
            if value is None:
                message = "None is a dimension by itself, never part of one"
                raise ArithmeticError(message)
            return value
        case ast.Name(id="inf"):
            return math.inf
        case ast.Name(id=name):
            return lookup(name)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _evaluate(operand, lookup)
        case ast.UnaryOp(operand=operand):
            return -_evaluate(operand, lookup)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _evaluate(left, lookup), _evaluate(right, lookup))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](*(_evaluate(argument, lookup) for argument in arguments))
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_evaluate(value, lookup) for value in values)
        case ast.BoolOp(values=values):
            return any(_evaluate(value, lookup) for value in values)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            terms = [_evaluate(term, lookup) for term in (left, *comparators)]
            pairs = zip(ops, terms[:-1], terms[1:], strict=True)
            return all(_OPERATORS[type(op)](first, second) for op, first, second in pairs)
        case _:  # pragma: no cover - _require_known has refused every other node
            raise AssertionError(ast.dump(node))


def _binary(op: ast.operator, left: Number, right: Number) -> Number:
    if isinstance(op, ast.Pow) and abs(right) > _HIGHEST_POWER:
        message = f"the power {right} is beyond any shape"
        raise ArithmeticError(message)
    value: Number = _OPERATORS[type(op)](left, right)
    return value


def _split(line: str) -> tuple[str, str, str, int]:
    """Return the key, the tensor's name, the text after the colon and its column."""
    match = re.match(r"(\s*)([A-Za-z_]\w*)(?:[ \t]+([\w./]+))?[ \t]*:[ \t]*", line)
    known = (*ROLES, "where", "heavy")
    if not match or (match[3] and match[2] not in ROLES):
        column = len(line) - len(line.lstrip())
        cure = f"begin the line with {', '.join(known)} or a parameter's name, and a colon"
        raise GrammarError("this line of the contract states nothing", column, cure)
    return match[2], match[3] or "", line[match.end() :].rstrip(), match.end()


def _closing(text: str) -> int:
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            if index == 0:
                break
            return index + 1
    cure = "write the dimensions in parentheses: (batch, num_features)"
    raise GrammarError("a shape belongs here", len(text) if depth else 0, cure)


def _require_batch(shape: Shape) -> None:
    if not shape.dimensions or shape.dimensions[0].text != BATCH:
        cure = "begin the shape with batch: (batch, ...)"
        raise GrammarError("the first dimension is not batch", 0, cure)


def _domain(text: str, column: int) -> Domain:
    stripped = text.strip()
    start = column + len(text) - len(text.lstrip())
    if not stripped:
        return Domain()
    if stripped in ("one-hot", "probabilities"):
        return Domain(stripped, stripped)
    match = re.fullmatch(r"in\s+([\[({])(.*)([\])}])", stripped)
    if not match:
        cure = "write float or int, then: in [0, 1], in {0, 1}, one-hot or probabilities"
        raise GrammarError(f"{stripped!r} is no type and no domain", start, cure)
    opening, inside, closing = match.groups()
    bounds = _bounds(inside, start + match.start(2))
    if (opening, closing) == ("{", "}"):
        return Domain(stripped, "set", bounds)
    if "{" in (opening, closing) or "}" in (opening, closing) or len(bounds) != 2:  # noqa: PLR2004
        cure = "write an interval with two ends, [0, 1) or (-1, 1), or a set, {0, 1}"
        raise GrammarError(f"{stripped!r} is no domain", start, cure)
    return Domain(stripped, "interval", bounds, (opening == "(", closing == ")"))


def _bounds(text: str, column: int) -> tuple[Expression, ...]:
    node = _parse_at(f"({text},)", column - 1)
    if not isinstance(node, ast.Tuple):  # pragma: no cover - a comma before ) makes a tuple
        raise AssertionError(text)
    for element in node.elts:
        try:
            _require_known(element, condition=False)
        except GrammarError as error:
            raise GrammarError(error.message, error.column + column - 1, error.cure) from None
    return tuple(Expression(ast.unparse(element), element) for element in node.elts)


def _parse_at(text: str, column: int) -> ast.expr:
    try:
        return _parse(text)
    except GrammarError as error:
        raise GrammarError(error.message, error.column + column, error.cure) from None


def _reason(text: str) -> str:
    if not text:
        cure = "write why: heavy: VGG19 with its dense layers holds half a gigabyte"
        raise GrammarError("heavy has no reason", 0, cure)
    return text


def _values(key: str, text: str) -> tuple[Any, ...]:
    try:
        values = ast.literal_eval(f"({text},)")
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        cure = f'begin with {", ".join(ROLES)}, or list the values to try: {key}: "concat", "sum"'
        raise GrammarError(f"{text!r} is no list of values for {key}", 0, cure) from None
    if not values or () in values:
        raise GrammarError(f"{key} has no values to try", 0, f'write {key}: "concat", "sum"')
    return tuple(values)
