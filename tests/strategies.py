"""What the tests of the grammars and the readers draw: well-formed texts, and broken ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

NEWLINES = ("\n", "\r\n", "\r")
# Each letter that some grammar of the tool treats in a way of its own.
LETTERS = st.text("abn_0189 ()+-*/%,.[]{}=<>!'\"#:\\\n\té²None andornotifminmax", max_size=40)
EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", "length", "0", "1", "7", "64"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%", "**"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        ),
        inner.map(lambda text: f"-{text}"),
    ),
    max_leaves=6,
)
_COMPARISONS = st.tuples(
    EXPRESSIONS, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), EXPRESSIONS
).map(" ".join)
CONDITIONS = st.one_of(
    _COMPARISONS,
    _COMPARISONS.map(lambda text: f"not {text}"),
    st.tuples(_COMPARISONS, st.sampled_from([" and ", " or "]), _COMPARISONS).map("".join),
).filter(lambda text: len(text) <= 300)
DIMENSIONS = st.lists(st.one_of(EXPRESSIONS, st.just("None")), max_size=4)
DOMAINS = st.one_of(
    st.sampled_from(["", "one-hot", "probabilities"]),
    st.tuples(st.sampled_from(["[]", "[)", "(]", "()", "{}"]), EXPRESSIONS, EXPRESSIONS).map(
        lambda drawn: f"in {drawn[0][0]}{drawn[1]}, {drawn[2]}{drawn[0][1]}"
    ),
)
# Any text, but with the newlines and marks in it that a page is read by.
MARKS = ("\n", "\r\n", "\r", "---", "```", "~~~", "# ", "<!-- ", " -->", "- ", "\ufeff", "\u2028")
PROSE = st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=8)), max_size=12).map("".join)


def printed(dimensions: list[str]) -> str:
    """Return a shape as a contract or a comment has it."""
    return f"({', '.join(['batch', *dimensions])}{'' if dimensions else ','})"


@dataclass
class Section:
    """A contract: its lines as written, and what they state."""

    lines: list[str] = field(default_factory=list)
    tensors: list[tuple[str, ...]] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    values: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    heavy: str = ""
    backends: tuple[str, ...] = ()
    reason: str = ""


_VALUES = st.one_of(st.integers(), st.booleans(), st.none(), st.text(max_size=5))
_TENSORS = st.tuples(
    st.sampled_from(["input", "output", "target"]),
    st.sampled_from(["", "question", "a.b", "layer/0"]),
    DIMENSIONS.map(printed).filter(lambda text: len(text) <= 300),
    st.sampled_from(["float", "int"]),
    DOMAINS,
)


@st.composite
def sections(draw: st.DrawFn) -> Section:
    """Draw a contract."""
    made = Section(tensors=draw(st.lists(_TENSORS, max_size=4)))
    made.where = draw(st.lists(CONDITIONS, max_size=2, unique=True))
    made.values = draw(
        st.dictionaries(
            st.sampled_from(["mode", "a", "b"]),
            st.lists(_VALUES, min_size=1, max_size=3).map(tuple),
        )
    )
    made.heavy = draw(st.sampled_from(["", "it holds half a gigabyte", "a: b (c"]))
    made.backends = draw(st.sampled_from([(), ("tensorflow",), ("torch", "tensorflow")]))
    made.reason = draw(st.sampled_from(["it has an op of its own", "a: b (c)"]))
    indent = draw(st.sampled_from(["", "  ", "        ", "\t"]))
    for role, name, shape, dtype, domain in made.tensors:
        made.lines.append(f"{indent}{role} {name}: {shape} {dtype} {domain}")
    made.lines += [f"{indent}where: {text}" for text in made.where]
    for key, values in made.values.items():
        made.lines.append(f"{indent}{key}: {', '.join(map(repr, values))}")
    made.lines += [f"{indent}heavy: {made.heavy}"] * bool(made.heavy)
    listed = f"{indent}backends: {', '.join(made.backends)} ({made.reason})"
    made.lines += [listed] * bool(made.backends)
    return made


@st.composite
def broken(draw: st.DrawFn, whole: str) -> str:
    """Draw a text with a few pieces cut out, doubled or put in, and maybe other newlines."""
    text = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = min(len(text), start + draw(st.integers(0, 30)))
        piece = draw(st.one_of(st.just(text[start:stop] * 2), LETTERS, st.text(max_size=6)))
        text = text[:start] + piece + text[stop:]
    return text.replace("\n", draw(st.sampled_from(NEWLINES)))


def files(whole: str) -> st.SearchStrategy[bytes]:
    """Draw what a damaged file may hold: a broken text, any text, or any bytes."""
    damaged = st.one_of(broken(whole), PROSE).map(lambda text: text.encode())
    return st.one_of(damaged, st.binary(max_size=200))
