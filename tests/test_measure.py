"""The layer table and the sums: shared layers, nested models, layers of one's own."""

from pathlib import Path
from typing import Any

import pytest

from shapesheet.errors import SnippetError
from shapesheet.measure import Measures
from tests.workshop import examination, source

OUT = "input: (batch, size)\noutput: (batch, 3)"
SEQUENCE = "input: (batch, length, size)\noutput: (batch, 3)"


def measured(folder: Path, body: str, contract: str = OUT, **others: str) -> Measures:
    under = examination(folder, source(body, contract, **others))
    under.require("measures")
    found: Measures = under.measures
    under.release()
    assert sum(layer.parameters for layer in found.layers) == found.parameters
    assert sum(layer.trainable for layer in found.layers) == found.trainable
    return found


def rows(measures: Measures) -> list[tuple[Any, ...]]:
    return [
        (row.name, row.parameters, row.arithmetic, row.multiply_adds) for row in measures.layers
    ]


def test_a_shared_layer_has_one_row_with_the_products_of_all_its_calls(tmp_path: Path) -> None:
    body = """
    one, two = keras.Input((size,)), keras.Input((size,))
    shared = layers.Dense(6, name="shared")
    x = layers.Concatenate(name="both")([shared(one), shared(two)])
    return keras.Model([one, two], layers.Dense(3, name="head")(x))
    """
    found = measured(
        tmp_path, body, "input: (batch, size)\ninput: (batch, size)\noutput: (batch, 3)"
    )
    assert rows(found) == [
        ("shared", 36, "5·6 + 6", 60),
        ("both", 0, "", 0),
        ("head", 39, "12·3 + 3", 36),
    ]
    assert (found.parameters, found.multiply_adds) == (75, 96)


def test_a_shared_layer_with_two_shapes_shows_both(tmp_path: Path) -> None:
    body = """
    x = inputs = keras.Input((size,))
    relu = layers.ReLU(name="relu")
    x = layers.Dense(3)(relu(layers.Dense(4)(relu(x))))
    return keras.Model(inputs, x)
    """
    (shape,) = [row.shape for row in measured(tmp_path, body).layers if row.name == "relu"]
    assert shape == "(batch, 5), (batch, 4)"


def test_a_nested_model_is_counted_once_for_each_of_its_calls(tmp_path: Path) -> None:
    body = """
    tower = keras.Sequential([keras.Input((size,)), layers.Dense(4, name="wide")], name="tower")
    one, two = keras.Input((size,)), keras.Input((size,))
    x = layers.Add(name="sum")([tower(one), tower(two)])
    return keras.Model([one, two], layers.Dense(3, name="head")(x))
    """
    found = measured(
        tmp_path, body, "input: (batch, size)\ninput: (batch, size)\noutput: (batch, 3)"
    )
    assert rows(found) == [
        ("tower/wide", 24, "5·4 + 4", 40),
        ("sum", 0, "", 0),
        ("head", 15, "4·3 + 3", 12),
    ]


def test_a_layer_of_a_nested_model_that_is_used_outside_too_is_counted_once(tmp_path: Path) -> None:
    body = """
    wide = layers.Dense(5, name="wide")
    tower = keras.Sequential([keras.Input((5,)), wide], name="tower")
    inputs = keras.Input((5,))
    return keras.Model(inputs, layers.Dense(3, name="head")(wide(tower(inputs))))
    """
    found = measured(tmp_path, body, "input: (batch, 5)\noutput: (batch, 3)", parameters="")
    assert found.parameters == 30 + 18
    assert found.multiply_adds == 2 * 25 + 15


def test_a_frozen_layer_counts_but_is_not_trained(tmp_path: Path) -> None:
    body = """
    return keras.Sequential(
        [
            keras.Input((size,)),
            layers.Dense(4, trainable=False),
            layers.BatchNormalization(),
            layers.Dense(3),
        ]
    )
    """
    found = measured(tmp_path, body)
    assert [(row.parameters, row.trainable) for row in found.layers] == [(24, 0), (16, 8), (15, 15)]
    assert (found.parameters, found.trainable, found.weight_bytes) == (55, 23, 220)


def test_weights_of_other_types_weigh_what_they_weigh(tmp_path: Path) -> None:
    body = """
    return keras.Sequential(
        [keras.Input((size,)), layers.Dense(4, dtype="float16"), layers.Dense(3, dtype="float64")]
    )
    """
    assert measured(tmp_path, body).weight_bytes == 24 * 2 + 15 * 8


def test_a_model_at_each_step_is_counted_once_and_multiplied_each_time(tmp_path: Path) -> None:
    body = """
    frame = keras.Sequential(
        [keras.Input((size,)), layers.Dense(4, name="one"), layers.Dense(2, name="two")]
    )
    inputs = keras.Input((length, size))
    x = layers.TimeDistributed(frame, name="frames")(inputs)
    x = layers.Bidirectional(layers.LSTM(2), name="both")(x)
    return keras.Model(inputs, layers.Dense(3, name="head")(x))
    """
    found = measured(tmp_path, body, SEQUENCE, parameters="length: int = 4, size: int = 5")
    assert rows(found) == [
        ("frames/one", 24, "5·4 + 4", 4 * 20),
        ("frames/two", 10, "4·2 + 2", 4 * 8),
        ("both", 80, "2·(4·(2·2 + 2·2 + 2))", 2 * 4 * 4 * 8),
        ("head", 15, "4·3 + 3", 12),
    ]
    assert [row.kind for row in found.layers][2] == "Bidirectional(LSTM)"


BLOCK = """
class Block(layers.Layer):
    def __init__(self, units):
        super().__init__(name="block")
        self.units = units
        self.inner = [layers.Dense(units) for _ in range(2)]
        self.norm = layers.LayerNormalization()

    def build(self, shape):
        self.mix = self.add_weight(shape=(self.units, self.units))
        self.scale = self.add_weight(shape=())

    def call(self, x):
        for layer in self.inner:
            x = layer(x)
        return self.norm(self.scale * ops.matmul(x, self.mix))
"""


def test_a_layer_of_ones_own_is_the_sum_of_what_it_holds(tmp_path: Path) -> None:
    body = """
    inputs = keras.Input((size,))
    return keras.Model(inputs, layers.Dense(3)(Block(4)(inputs)))
    """
    block = measured(tmp_path, body, above=BLOCK).layers[0]
    assert block.arithmetic == "4·4 + 1 + 5·4 + 4 + 4·4 + 4 + 2·4"
    assert block.parameters == 16 + 1 + 24 + 20 + 8
    assert block.multiply_adds == 20 + 16 + 16


def test_operations_of_a_graph_have_rows_too(tmp_path: Path) -> None:
    body = """
    inputs = keras.Input((size,))
    x = layers.Dense(3, name="wide")(inputs)
    scores = ops.matmul(ops.expand_dims(x, -1), ops.expand_dims(x, 1))
    return keras.Model(inputs, ops.einsum("bij,bj->bi", scores, x) + 1)
    """
    found = {row.kind: row.multiply_adds for row in measured(tmp_path, body).layers}
    assert found == {"Dense": 15, "ExpandDims": 0, "Matmul": 9, "Einsum": 9, "Add": 0}


MODEL = """
class Toy(keras.Model):
    def __init__(self, size):
        super().__init__(name="toy")
        self.wide = layers.Dense(4, name="wide")
        self.tower = keras.Sequential([layers.Dense(3, name="head")], name="tower")
        self.mix = self.add_weight(shape=(4, 4), name="mix")

    def call(self, x):
        return self.tower(ops.matmul(self.wide(x), self.mix))
"""


def test_a_subclassed_model_has_a_row_for_what_is_its_own(tmp_path: Path) -> None:
    found = measured(tmp_path, "return Toy(size)", above=MODEL)
    assert rows(found) == [
        ("wide", 24, "5·4 + 4", 20),
        ("tower/head", 15, "4·3 + 3", 12),
        ("toy", 16, "4·4", 16),
    ]
    assert [row.kind for row in found.layers] == ["Dense", "Dense", "Toy"]
    assert [row.shape for row in found.layers] == ["(batch, 4)", "(batch, 3)", "(batch, 3)"]


def test_products_of_a_function_that_nobody_can_count_leave_the_sum_open(tmp_path: Path) -> None:
    body = """
    inputs = keras.Input((size, 1))
    x = ops.conv(inputs, ops.ones((2, 1, 3)))
    return keras.Model(inputs, layers.GlobalAveragePooling1D()(x))
    """
    found = measured(tmp_path, body, "input: (batch, size, 1)\noutput: (batch, 3)")
    assert found.multiply_adds is None


def test_a_sum_that_keras_does_not_count_is_an_error(tmp_path: Path) -> None:
    above = """
    class Odd(keras.Sequential):
        def count_params(self):
            return super().count_params() + 1
    """
    body = "return Odd([keras.Input((size,)), layers.Dense(3)])"
    under = examination(tmp_path, source(body, OUT, above=above))
    with pytest.raises(
        SnippetError, match=r"the layers have 18 parameters, count_params\(\) says 19"
    ):
        under.require("measures")
    under.release()


@pytest.mark.parametrize("wrapped", [False, True])
def test_products_over_an_open_length_cannot_be_told(tmp_path: Path, *, wrapped: bool) -> None:
    wide = "keras.Sequential([keras.Input((size,)), layers.Dense(4, name='wide')])"
    layer = f"layers.TimeDistributed({wide}, name='frames')" if wrapped else "layers.Dense(4)"
    body = f"""
    inputs = keras.Input((None, size))
    x = layers.GlobalMaxPooling1D()({layer}(inputs))
    return keras.Model(inputs, layers.Dense(3)(x))
    """
    found = measured(tmp_path, body, "input: (batch, None, size)\noutput: (batch, 3)")
    assert [row.multiply_adds for row in found.layers] == [None, 0, 12]
    assert found.multiply_adds is None
    if not wrapped:
        assert found.layers[0].shape == "(batch, None, 4)"


def test_a_layer_of_keras_without_a_rule_leaves_the_sum_open(tmp_path: Path) -> None:
    body = """
    inputs = keras.Input((size,))
    x = layers.SpectralNormalization(layers.Dense(3))(inputs)
    return keras.Model(inputs, x)
    """
    found = measured(tmp_path, body)
    assert found.layers[0].kind == "SpectralNormalization(Dense)"
    assert found.layers[0].multiply_adds is None
