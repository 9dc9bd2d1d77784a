import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shapesheet import config, reader
from shapesheet.config import Config, Settings
from shapesheet.errors import SnippetError
from shapesheet.snippet import Snippet
from tests.strategies import DIMENSIONS, LETTERS, NEWLINES, broken, printed
from tests.workshop import BODY, CONTRACT, HEADER, SHOWN, failures, line_of, snippet, source


def test_a_snippet_is_read_without_running_it(tmp_path: Path) -> None:
    text = source(body=f"{BODY}raise SystemExit\n")
    found = reader.read(*snippet(tmp_path, text))
    assert found.summary == "Say what it does."
    assert found.builder.name == "toy"
    assert [tensor.role for tensor in found.contract.tensors] == ["input", "output", "target"]
    assert [(each.line, each.text) for each in found.comments] == [
        (line_of(text, "Dense(4"), " (batch, 4)"),
        (line_of(text, "Dense(1"), " (batch, 1)"),
    ]


def test_windows_line_endings_are_read_too(tmp_path: Path) -> None:
    found = reader.read(*snippet(tmp_path, source().replace("\n", "\r\n")))
    assert len(found.comments) == 2
    assert found.contract.line == 10


def test_prose_after_the_contract_is_none_of_it(tmp_path: Path) -> None:
    text = source(contract=f"{CONTRACT}\nArgs:\n    size: How long it is.\n")
    assert len(reader.read(*snippet(tmp_path, text)).contract.tensors) == 3


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (source().replace("Sequential(", "Sequential((", 1), ":15:29", "'(' was never closed"),
        (source().replace("return model", "return model\0"), "", "source code"),
    ],
)
def test_a_snippet_that_does_not_parse(tmp_path: Path, text: str, place: str, message: str) -> None:
    found = failures(tmp_path, text, "contract")
    assert found.startswith(f"{SHOWN}{place}")
    assert "the snippet does not parse: " in found
    assert message in found


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            source().replace("def toy", "def tot"),
            ":7: there is no builder named toy, found tot",
        ),
        (
            source().replace("def toy", "async def toy"),
            ":7: there is no builder named toy, found toy",
        ),
        (
            f"{HEADER}x = 1\n",
            ": there is no builder named toy, found no function",
        ),
        (
            source().replace("Shapes:", "Sizes:"),
            ":7: toy has no Shapes: section",
        ),
        (
            f"{HEADER}def toy():\n    return 3\n",
            ":7: toy has no docstring",
        ),
        (
            source()[len('"""Say what it does."""') :],
            ":1: the snippet has no docstring",
        ),
        (
            source(contract="output: (batch, 1)"),
            ":10: the contract has no input",
        ),
        (
            source(contract="input: (batch, 1)"),
            ":10: the contract has no output",
        ),
        (
            source(parameters="size, units=3"),
            ":7: the builder's parameters need defaults, found size",
        ),
        (
            source(parameters="*, size"),
            ":7: the builder's parameters need defaults, found size",
        ),
        (
            source(parameters="size=3, **rest"),
            ":7: the builder's parameters need defaults, found *",
        ),
        (
            source(contract=CONTRACT.replace("size", "sise")),
            ":11: the contract names sise, which is no parameter of toy",
        ),
        (
            source(contract=CONTRACT.replace("[0, 1]", "[0, top]")),
            ":12: the contract names top, which is no parameter of toy",
        ),
        (
            source(contract=f"{CONTRACT}where: units > 3"),
            ":14: the contract names units, which is no parameter of toy",
        ),
        (
            source(contract=f"{CONTRACT}where: size > 3\nmode: 1, 2"),
            ":15: the contract names mode, which is no parameter of toy",
        ),
        (
            source(contract=CONTRACT.replace("size", "size / 2")),
            ":11:24: 'size / 2' is not part of a shape",
        ),
        (
            source(contract=f"{CONTRACT}nothing"),
            ":14:9: this line of the contract states nothing",
        ),
        (
            source(BODY.replace("(batch, 4)", "(batch, 4")),
            ":18:52: this is no expression: '(' was never closed",
        ),
        (
            source(BODY.replace("(batch, 4)", "(batch, 4 / 1)")),
            ":18:60: '4 / 1' is not part of a shape",
        ),
        (
            source(above="import tensorflow as tf"),
            ":7: a snippet may not import tensorflow",
        ),
        (
            source(above="from .other import other"),
            ":7: a snippet may not import from its own folder",
        ),
        (
            source(body=f"import sklearn.datasets\n{BODY}"),
            ":15: a snippet may not import sklearn.datasets",
        ),
        (
            source().replace("Say what", "Replace this sentence: say what"),
            ":1: a placeholder is left: 'Replace this sentence: say what it does.'",
        ),
        (
            source().replace("    Shapes:", "    Replace this.\n\n    Shapes:"),
            ":10: a placeholder is left: 'Replace this.'",
        ),
        (
            source(above="x = a @ b"),
            ":7: a matrix product is written @",
        ),
        (
            source(above="from keras.ops import matmul"),
            ":7: functions are imported out of keras.ops",
        ),
    ],
)
def test_what_a_snippet_may_not_be(tmp_path: Path, text: str, error: str) -> None:
    assert failures(tmp_path, text, "contract") == f"{SHOWN}{error}"


def test_a_family_may_import_more(tmp_path: Path) -> None:
    found, _ = snippet(tmp_path, source(above="import networkx"))
    settings = '[tool.shapesheet]\nfamily_imports = {dense = ["networkx"]}\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    assert reader.read(found, config.load(tmp_path))


def test_a_refused_import_names_those_that_are_not(tmp_path: Path) -> None:
    with pytest.raises(SnippetError) as caught:
        reader.read(*snippet(tmp_path, source(above="import torch")))
    assert caught.value.cure == "use only the standard library and keras, numpy"


def read(text: str) -> reader.Reading:
    """Read a snippet from memory, since a file for each example would take most of the time."""
    found = Snippet("dense", "toy", Path("toy.py"), SHOWN)
    found.__dict__["source"] = text
    return reader.read(found, Config(Path(), Settings()))


@given(DIMENSIONS.filter(lambda drawn: len(printed(drawn)) <= 300), st.sampled_from(NEWLINES))
def test_a_shape_comment_printed_is_read_on_its_line(dimensions: list[str], newline: str) -> None:
    text = source(BODY.replace("(batch, 4)", printed(dimensions)))
    comment, _ = read(text.replace("\n", newline)).comments
    assert (comment.line, comment.text.strip()) == (line_of(text, "Dense(4"), printed(dimensions))


@given(st.one_of(broken(source()), LETTERS, st.text()))
@example(source().replace("\n", "\r"))
@example(source(above="x = " + "-" * 5000 + "1"))
@example(source(above="x = " + "lambda:" * 3000 + "1"))
@example(source().replace("Say what it does.", r"Say \ud800."))
def test_no_text_raises_anything_but_our_error(text: str) -> None:
    with contextlib.suppress(SnippetError):
        assert read(text).summary.encode()
