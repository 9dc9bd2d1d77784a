from pathlib import Path

import pytest

from shapesheet import equivalence
from tests.workshop import BODY, CONTRACT, examination, snippet, source

TWO = BODY.replace(
    "        layers.Dense(1",
    "        layers.ReLU(), layers.Dropout(0.5),\n        layers.Dense(1",
)
IMAGES = """\
input: (batch, size, size, 1)
output: (batch, 4)
target: (batch, 4)
where: size % 2 == 0 and size >= 4
"""
CONVOLUTION = """\
model = keras.Sequential(
    [
        keras.Input((size, size, 1)),
        layers.Conv2D(4, 1),
        layers.ReLU(), layers.MaxPooling2D(2),
        layers.GlobalAveragePooling2D(),
        layers.Dense(4),
    ]
)
model.compile(optimizer="adam", loss="mse", run_eagerly=True)
return model
"""
TEXTS = """\
input: (batch, size) int in [0, 40)
output: (batch, 1) in [0, 1]
target: (batch, 1) in {0, 1}
"""
MASKED = """\
model = keras.Sequential(
    [
        keras.Input((size,), dtype="int32"),
        layers.Embedding(40, 4, mask_zero=True),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", run_eagerly=True)
return model
"""


def same(
    folder: Path,
    old: str,
    new: str,
    body: str = BODY,
    contract: str = CONTRACT,
    parameters: str = "size: int = 5",
    above: str = "",
) -> bool:
    """Return whether a builder with ``new`` for ``old`` is equivalent to the one without."""
    text = source(body, contract, parameters, above)
    assert old in text
    original, _ = snippet(folder / "original", text)
    mutant = examination(folder / "mutant", text.replace(old, new))
    try:
        mutant.require("shapes")
        return equivalence.is_equivalent(original, mutant)
    finally:
        mutant.release()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("layers.ReLU()", "layers.ReLU(), layers.ReLU()"),
        ("layers.ReLU(), layers.Dropout(0.5)", "layers.Dropout(0.5), layers.ReLU()"),
        ("layers.ReLU(),", ""),
        (', activation="relu"', ""),
    ],
)
def test_what_is_done_already_changes_nothing(tmp_path: Path, old: str, new: str) -> None:
    assert same(tmp_path, old, new, TWO)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"relu"', '"tanh"'),
        ("layers.Dropout(0.5)", "layers.Dropout(0.4)"),
        ("layers.Dropout(0.5),", ""),
        ("layers.Dropout(0.5)", "layers.Dropout(0.5), layers.Dropout(0.5)"),
        ('"adam"', '"rmsprop"'),
        ("layers.Dense(4,", "layers.Dense(4, use_bias=False,"),
        ("layers.Dense(4,", "layers.Dense(4, trainable=False,"),
        ("layers.Dense(4,", 'layers.Dense(4, kernel_regularizer="l2",'),
        ("keras.Input((size,))", 'keras.Input((size,), name="another")'),
        ("layers.Dense(1", "layers.BatchNormalization(), layers.Dense(1"),
    ],
)
def test_what_can_be_seen_is_no_equivalence(tmp_path: Path, old: str, new: str) -> None:
    assert not same(tmp_path, old, new, TWO)


@pytest.mark.parametrize(("pooling", "changes"), [("Max", False), ("Average", True)])
def test_relu_may_follow_the_largest_value_but_not_the_mean(
    tmp_path: Path, pooling: str, *, changes: bool
) -> None:
    old, new = (
        f"layers.ReLU(), layers.{pooling}Pooling2D(2)",
        f"layers.{pooling}Pooling2D(2), layers.ReLU()",
    )
    body = CONVOLUTION.replace("layers.ReLU(), layers.MaxPooling2D(2)", old)
    assert same(tmp_path, old, new, body, IMAGES, "size: int = 6") is not changes


def test_an_input_that_another_layer_gives_anyway_changes_nothing(tmp_path: Path) -> None:
    inner = "keras.Sequential([keras.Input((size,)), layers.Dense(4), layers.Dense(4)])"
    body = BODY.replace('layers.Dense(4, activation="relu")', inner).replace("  # (batch, 4)", "")
    assert same(tmp_path, "[keras.Input((size,)), layers.Dense(4),", "[layers.Dense(4),", body)


def test_padding_shows_what_a_mask_does(tmp_path: Path) -> None:
    assert not same(tmp_path, ", mask_zero=True", "", MASKED, TEXTS)


def test_an_activation_that_is_gone_shows(tmp_path: Path) -> None:
    assert not same(tmp_path, ', activation="relu"', "")


def test_the_other_size_is_tried_too(tmp_path: Path) -> None:
    assert not same(tmp_path, '"relu"', '"relu" if size == 5 else "tanh"')


def test_what_is_only_stated_is_never_equivalent(tmp_path: Path) -> None:
    assert not same(tmp_path, "in [0, 1]", "in [0, 2]")
    assert not same(tmp_path, "# (batch, 4)", "# (batch, 4 + 0)")


ABOVE = """\
def hidden(units):
    return layers.Dense(units, activation="relu")


def unused(x):
    return x + 1
"""


def test_a_function_that_the_builder_uses_is_seen(tmp_path: Path) -> None:
    body = BODY.replace('layers.Dense(4, activation="relu")', "hidden(4)")
    assert same(tmp_path, "units, act", "(units), act", body, above=ABOVE) is False
    assert same(tmp_path, "units, act", "units + 0, act", body, above=ABOVE)


def test_a_function_that_the_builder_does_not_use_is_not(tmp_path: Path) -> None:
    assert not same(tmp_path, "x + 1", "x + 1 + 0", above=ABOVE)


def test_texts_that_define_other_names_are_not_compared() -> None:
    assert not equivalence.may_be_equivalent("def a(): 0", "def b(): 0", "a")
