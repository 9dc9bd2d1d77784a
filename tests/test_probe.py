import ast
import textwrap
from typing import Any

import pytest

from shapesheet.probe import PROBE, UnreachableCommentError, instrument
from shapesheet.reader import ShapeComment
from shapesheet.shapes import is_shape, parse_shapes
from shapesheet.source import comments


class Seen(list[tuple[str, Any, dict[str, Any]]]):
    """What the probes of a text have reported: comment, value, names."""


def run(text: str) -> Seen:
    source = textwrap.dedent(text)
    found = tuple(
        ShapeComment(line, comment, parse_shapes(comment))
        for line, _, comment in comments(source)
        if is_shape(comment)
    )
    seen = Seen()

    def probe(number: int, made: Any, names: dict[str, Any]) -> Any:  # noqa: ANN401
        read = {}
        for name, reader in names.items():
            try:
                read[name] = reader()
            except NameError:
                read[name] = "unbound"
        seen.append((found[number].text.strip(), made, read))
        return made

    code = compile(instrument(ast.parse(source), found), "snippet.py", "exec")
    exec(code, {PROBE: probe})  # noqa: S102
    return seen


def values(text: str) -> list[Any]:
    return [made for _, made, _ in run(text)]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("x = max(min(1, 2), 3)  # (batch, 1)", [3]),
        ("x = abs(-1)(2) if False else abs(-1)  # (batch, 1)", [1]),
        ("x = [\n    abs(-1),  # (batch, 1)\n    abs(-2),  # (batch, 2)\n]", [1, 2]),
        ("x = [abs(-1), abs(-2)]  # (batch, 2)", [2]),
        ("x = [abs(-1), abs(-2)]  # (batch, 1), (batch, 2)", [[1, 2]]),
        ("x = (abs(-1), abs(-2))  # (batch, 1), (batch, 2)", [(1, 2)]),
        ("x = max(\n    1,\n    2,\n)  # (batch, 1)", [2]),
        ("x = max(  # a remark\n    abs(-5),  # (batch, 5)\n    2,\n)", [5]),
        ("x = [abs(n) for n in (1, 2)]  # (batch, n)", [1, 2]),
        ("x = {k: abs(k) for k in (1, 2)}  # (batch, k)", [1, 2]),
        ("x = list(abs(n) for n in (1, 2))  # (batch, 2)", [[1, 2]]),
        ("x = {abs(n) for n in (1, 2)}  # (batch, n)", [1, 2]),
        ("x: int = abs(-1)  # (batch, 1)", [1]),
        ("x = 1\nx += abs(-1)  # (batch, 1)", [1]),
        ("for n in (1, 2):\n    abs(n)  # (batch, n)", [1, 2]),
        ("def f():\n    return abs(-1)  # (batch, 1)\nf()", [1]),
        ("x = [*[abs(-1)]]  # (batch, 1)", [1]),
        ("x = (\n    abs(-1)  # (batch, 1)\n    + 1\n)", [1]),
        ("print(end=str(abs(-3))[1:])  # (batch, 1)", [None]),
        ("f = dict(\n    a=abs(-1),  # (batch, 1)\n    b=2,\n)", [1]),
    ],
)
def test_the_outermost_that_ends_on_the_line_is_meant(text: str, made: list[Any]) -> None:
    assert values(text) == made


def test_what_is_added_is_meant_where_something_is_added() -> None:
    text = """
        class Model:
            def add(self, layer): self.layer = layer
        Model().add(abs(-4))  # (batch, 4)
    """
    assert values(text) == [4]


def test_names_are_looked_up_where_the_line_runs() -> None:
    text = """
        def build(units, filters=3):
            for step in (1, 2):
                width = step * 2
                abs(step)  # (batch, units, step, width, filters, later)
            later = 1
        build(7)
    """
    first, second = [read for _, _, read in run(text)]
    assert first == {"units": 7, "filters": 3, "step": 1, "width": 2, "later": "unbound"}
    assert (second["step"], second["width"]) == (2, 4)


def test_a_method_hands_itself_over() -> None:
    text = """
        class Block:
            def __init__(self): self.units = 3
            def call(self, x):
                return abs(x)  # (batch, units)
        Block().call(-1)
    """
    ((_, made, read),) = run(text)
    assert made == 1
    assert read["self"].units == 3
    assert read["units"] == "unbound"


def test_a_function_inside_a_method_still_knows_its_self() -> None:
    text = """
        class Block:
            def call(self, x):
                def inner(y):
                    return abs(y)  # (batch, units)
                return inner(x)
        Block().call(-1)
    """
    assert "self" in run(text)[0][2]


@pytest.mark.parametrize(
    "text",
    ["# (batch, 1)", "if True:  # (batch, 1)\n    pass"],
)
def test_a_line_on_which_nothing_ends_is_unreachable(text: str) -> None:
    with pytest.raises(UnreachableCommentError) as caught:
        run(text.replace("True", "1"))
    assert caught.value.comment.line == 1


def test_lines_keep_their_numbers() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run("x = 1\ny = abs(1 // 0)  # (batch, 1)")
    assert caught.traceback[-1].lineno == 1
