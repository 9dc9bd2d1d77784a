import ast
import difflib

import pytest

from shapesheet import edits
from tests.workshop import source


def became(line: str, operator: str, above: str = "") -> list[str]:
    """Return what each mutant of one operator has for a line: nothing where the line is gone."""
    text = f"{above}\n{line}\n" if above else f"{line}\n"
    found = [each for each in edits.mutants(text) if each.operator == operator]
    return ["\n".join(_added(text, each.source)) for each in found]


def _added(old: str, new: str) -> list[str]:
    difference = difflib.ndiff(old.splitlines(), new.splitlines())
    return [line[2:] for line in difference if line.startswith("+ ")]


def named(text: str) -> list[str]:
    return [each.id for each in edits.mutants(text)]


@pytest.mark.parametrize(
    ("operator", "line", "after"),
    [
        ("units", "layers.Dense(8)", ["layers.Dense(9)"]),
        ("units", "layers.Dense(units)", ["layers.Dense(units + 1)"]),
        ("units", "layers.LSTM(units=2 * n)", ["layers.LSTM(units=2 * n + 1)"]),
        ("units", "layers.Dense(a if b else c)", ["layers.Dense((a if b else c) + 1)"]),
        (
            "units",
            "layers.MultiHeadAttention(4, key_dim=8)",
            [
                "layers.MultiHeadAttention(5, key_dim=8)",
                "layers.MultiHeadAttention(4, key_dim=9)",
            ],
        ),
        (
            "units",
            "layers.Embedding(vocab_size, 32)",
            ["layers.Embedding(vocab_size - 1, 32)", "layers.Embedding(vocab_size, 33)"],
        ),
        ("filters", "layers.Conv2D(32, 3)", ["layers.Conv2D(33, 3)"]),
        ("kernel size", "layers.Conv2D(32, 3)", ["layers.Conv2D(32, 4)"]),
        (
            "kernel size",
            "layers.Conv2D(8, (3, 5))",
            ["layers.Conv2D(8, (4, 5))", "layers.Conv2D(8, (3, 6))"],
        ),
        ("pool size", "layers.MaxPooling2D(2)", ["layers.MaxPooling2D(3)"]),
        ("pool size", "layers.UpSampling2D(2)", ["layers.UpSampling2D(3)"]),
        (
            "strides",
            "layers.Conv1D(8, 3, strides=2)",
            ["layers.Conv1D(8, 3, strides=3)", "layers.Conv1D(8, 3)"],
        ),
        ("strides", "layers.Conv1D(8, 3)", ["layers.Conv1D(8, 3, strides=2)"]),
        ("strides", "layers.MaxPooling1D(2)", ["layers.MaxPooling1D(2, strides=1)"]),
        (
            "dilation",
            "layers.Conv1D(8, 3, dilation_rate=d)",
            ["layers.Conv1D(8, 3, dilation_rate=d + 1)", "layers.Conv1D(8, 3)"],
        ),
        (
            "padding",
            'layers.Conv2D(8, 3, padding="same")',
            ['layers.Conv2D(8, 3, padding="valid")'],
        ),
        (
            "padding",
            'layers.Conv1D(8, 3, padding="causal")',
            ['layers.Conv1D(8, 3, padding="same")'],
        ),
        ("padding", "layers.Conv2D(8, 3)", ['layers.Conv2D(8, 3, padding="same")']),
        ("padding", "layers.MaxPooling2D(2)", ['layers.MaxPooling2D(2, padding="same")']),
        (
            "activation swapped",
            'layers.Dense(8, activation="relu")',
            ['layers.Dense(8, activation="tanh")'],
        ),
        (
            "activation swapped",
            "layers.Dense(8, activation=keras.activations.relu)",
            ["layers.Dense(8, activation=keras.activations.tanh)"],
        ),
        ("activation swapped", "layers.ReLU()", ['layers.Activation("tanh")']),
        ("activation swapped", "ops.softmax(x, axis=-1)", ["ops.sigmoid(x)"]),
        ("activation swapped", 'layers.Activation("relu")', ['layers.Activation("tanh")']),
        ("activation dropped", 'layers.Dense(8, activation="relu")', ["layers.Dense(8)"]),
        (
            "activation dropped",
            'layers.Dense(activation="relu", units=8)',
            ["layers.Dense(units=8)"],
        ),
        ("activation dropped", 'layers.Activation("relu")', []),
        ("loss swapped", 'm.compile(loss="mse")', ['m.compile(loss="mae")']),
        (
            "loss swapped",
            'm.compile(loss={"a": "mse", "b": "huber"})',
            [
                'm.compile(loss={"a": "mae", "b": "huber"})',
                'm.compile(loss={"a": "mse", "b": "mse"})',
            ],
        ),
        (
            "loss swapped",
            "m.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))",
            [
                "m.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))",
                "m.compile(loss=keras.losses.BinaryCrossentropy())",
            ],
        ),
        ("loss dropped", 'm.compile("adam", loss="mse")', ['m.compile("adam")']),
        ("return_sequences", "layers.GRU(8)", ["layers.GRU(8, return_sequences=True)"]),
        ("return_sequences", "layers.GRU(8, return_sequences=True)", ["layers.GRU(8)"]),
        ("axis", "layers.Softmax(axis=1)", ["layers.Softmax(axis=2)"]),
        ("axis", "ops.mean(x, axis=-1)", ["ops.mean(x, axis=-2)"]),
        ("axis", "layers.PReLU(shared_axes=[1, 2])", ["layers.PReLU(shared_axes=[1])"]),
        ("axis", "x.mean(axis=(1, 2))", ["x.mean(axis=(1,))"]),
        ("axis", "layers.Concatenate()([a, b])", ["layers.Concatenate(axis=1)([a, b])"]),
        ("axis", "ops.concatenate([a, b], 1)", []),
        ("merge mode", "layers.Concatenate()([a, b])", ["layers.Add()([a, b])"]),
        ("merge mode", "layers.add([a, b])", ["layers.multiply([a, b])"]),
        ("merge mode", "layers.concatenate([a, b], axis=1)", ["layers.add([a, b])"]),
        ("merge mode", "seen.add(a)", []),
        (
            "merge mode",
            "layers.Bidirectional(cell)",
            ['layers.Bidirectional(cell, merge_mode="sum")'],
        ),
        (
            "merge mode",
            'layers.Bidirectional(cell, merge_mode="sum")',
            ['layers.Bidirectional(cell, merge_mode="concat")'],
        ),
        ("masking", "layers.Embedding(9, 8, mask_zero=True)", ["layers.Embedding(9, 8)"]),
        ("masking", "layer(x, x, use_causal_mask=True)", ["layer(x, x)"]),
        ("masking", "layer(x, attention_mask=mask)", ["layer(x)"]),
        ("training dropped", "super().call(x, training=True)", ["super().call(x)"]),
        ("Flatten for pooling", "layers.GlobalAveragePooling2D()", ["layers.Flatten()"]),
    ],
)
def test_a_call_is_broken(operator: str, line: str, after: list[str]) -> None:
    assert became(line, operator) == after


@pytest.mark.parametrize(
    ("operator", "line", "after"),
    [
        ("filters", "conv(32)", ["conv(33)"]),
        ("strides", "conv(32)", []),
        ("padding", "conv(32)", []),
    ],
)
def test_a_name_for_a_layer_is_broken_where_it_is_used(
    operator: str, line: str, after: list[str]
) -> None:
    above = 'conv = partial(layers.Conv2D, kernel_size=3, strides=1, padding="full")'
    assert [each for each in became(line, operator, above) if "partial" not in each] == after


def test_the_arguments_of_a_name_for_a_layer_are_broken_too() -> None:
    line = 'conv = partial(layers.Conv1D, kernel_size=3, activation="relu")'
    assert became(line, "kernel size") == [line.replace("3", "4")]
    assert became(line, "padding") == [line.replace(")", ', padding="same")')]


def test_the_arguments_of_a_function_of_the_snippet_have_its_names() -> None:
    above = "def conv(filters, kernel_size=3):\n    return layers.Conv2D(filters, kernel_size)\n"
    assert became("conv(8)", "filters", above) == [
        "    return layers.Conv2D(filters + 1, kernel_size)",
        "conv(9)",
    ]


def test_flatten_becomes_the_pooling_of_the_snippet() -> None:
    above = "a = layers.Conv3D(8, 3)"
    assert became("layers.Flatten()", "Flatten for pooling", above) == [
        "layers.GlobalAveragePooling3D()"
    ]
    assert became("layers.Flatten()", "Flatten for pooling") == []


STACK = """\
keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(4),  # (batch, 4)
        # A reason.
        layers.Dense(2),  # (batch, 2)
    ]
)
"""


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        ("layer dropped", "        keras.Input((8,)),\n", ""),
        ("layer dropped", "        layers.Dense(4),  # (batch, 4)\n", ""),
        ("layer dropped", "        layers.Dense(2),  # (batch, 2)\n", ""),
        (
            "layer doubled",
            "(4),  # (batch, 4)",
            "(4),  # (batch, 4)\n        layers.Dense(4),  # (batch, 4)",
        ),
        (
            "layer doubled",
            "(2),  # (batch, 2)",
            "(2),  # (batch, 2)\n        layers.Dense(2),  # (batch, 2)",
        ),
    ],
)
def test_a_layer_of_a_list_goes_or_is_there_twice_with_its_comment(
    operator: str, before: str, after: str
) -> None:
    expected = STACK.replace(before, after)
    made = [each.source for each in edits.mutants(STACK) if each.operator == operator]
    assert expected.replace("        # A reason.\n", "") in [
        each.replace("        # A reason.\n", "") for each in made
    ]


def test_two_layers_of_a_list_change_places_with_their_comments() -> None:
    (made,) = [each for each in edits.mutants(STACK) if each.operator == "layers swapped"]
    first, second = "layers.Dense(4),  # (batch, 4)", "layers.Dense(2),  # (batch, 2)"
    assert made.source == STACK.replace(first, "?").replace(second, first).replace("?", second)
    assert made.id == "layers swapped: layers.Dense(4) ↔ layers.Dense(2)"


def test_equal_neighbours_are_not_swapped() -> None:
    assert not [name for name in named(STACK.replace("4", "2")) if "↔" in name]


def test_a_list_on_one_line_is_broken_too() -> None:
    line = "keras.Sequential([layers.Masking(), layers.Dense(4)])"
    assert became(line, "masking") == ["keras.Sequential([layers.Dense(4)])"]
    assert became(line, "layers swapped") == [
        "keras.Sequential([layers.Dense(4), layers.Masking()])"
    ]


FUNCTION = """\
def build(units: int = 8):
    x = keras.Input((8,))
    x = layers.Dense(units)(x)  # (batch, units)
    x = layers.Dropout(0)(x, training=on)  # (batch, units)
    y = base(x)  # (batch, 8)
    return keras.Model(x, y)
"""


def after(text: str, operator: str) -> list[str]:
    found = [each for each in edits.mutants(text) if each.operator == operator]
    return ["\n".join(line.strip() for line in _added(text, each.source)) for each in found]


def test_a_layer_of_a_line_goes_with_the_comment() -> None:
    assert after(FUNCTION, "layer dropped") == ["x = x", "x = x", "y = x"]


def test_a_layer_of_a_line_is_there_twice() -> None:
    assert after(FUNCTION, "layer doubled") == [
        "x = layers.Dense(units)(layers.Dense(units)(x))  # (batch, units)",
        "x = layers.Dropout(0)(layers.Dropout(0)(x, training=on), training=on)  # (batch, units)",
        "y = base(base(x))  # (batch, 8)",
    ]


def test_the_layers_of_neighbouring_lines_change_places() -> None:
    swapped = [each for each in edits.mutants(FUNCTION) if each.operator == "layers swapped"]
    first, second = (each.source.splitlines()[2:5] for each in swapped)
    assert first[:2] == [
        "    x = layers.Dropout(0)(x, training=on)  # (batch, units)",
        "    x = layers.Dense(units)(x)  # (batch, units)",
    ]
    assert second[1:] == [
        "    x = base(x)  # (batch, 8)",
        "    y = layers.Dropout(0)(x, training=on)  # (batch, units)",
    ]


def test_masking_of_a_line_is_masking() -> None:
    assert after("x = layers.Masking()(x)\n", "masking") == ["x = x"]


SKIP = """\
def block(x, units: int = 8):
    y = layers.Dense(units)(x)
    y = {0}  # (batch, units)
    return ops.relu(y + x)
"""


@pytest.mark.parametrize(
    ("merge", "lines"),
    [
        ("layers.add([x, y])", ["y = y", "y = x"]),
        ("layers.Concatenate()([x, y])", ["y = y", "y = x"]),
        ("x + y", ["y = x", "y = y"]),
        (
            "layers.add([x, y, z])",
            [
                "y = layers.add([y, z])  # (batch, units)",
                "y = layers.add([x, z])  # (batch, units)",
                "y = layers.add([x, y])  # (batch, units)",
            ],
        ),
    ],
)
def test_a_skip_is_cut(merge: str, lines: list[str]) -> None:
    assert after(SKIP.format(merge), "skip cut")[: len(lines)] == lines


def test_a_sum_of_tensors_inside_a_call_is_broken() -> None:
    text = SKIP.format("units + 1")
    assert after(text, "skip cut") == ["return ops.relu(y)", "return ops.relu(x)"]
    assert after(text, "merge mode") == ["return ops.relu((y * x))"]


@pytest.mark.parametrize(
    ("operator", "before", "lines"),
    [
        ("shape comment", "# (batch, 4)", ["# (batch, 5)"]),
        ("shape comment", "# (batch, a // 2, b)", ["# (batch, a // 2 + 1, b)"]),
        ("shape comment", "# (batch, max(a, b))", ["# (batch, max(a, b) + 1)"]),
        ("shape comment", "# A reason.", []),
        ("shape comment", "# (batch,)", []),
    ],
)
def test_a_shape_comment_is_off_by_one(operator: str, before: str, lines: list[str]) -> None:
    assert became(before, operator) == lines


def test_shape_comments_take_turns_in_the_dimension() -> None:
    text = "# (batch, a, b)\n# (batch, c, d)\n"
    assert [each.after for each in edits.mutants(text)] == [
        "# (batch, a + 1, b)",
        "# (batch, c, d + 1)",
    ]


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("input: (batch, size)", ["contract dimension: input: (batch, size + 1)"]),
        ("input x: (batch, 3, None)", ["contract dimension: input x: (batch, 4, None)"]),
        ("target: (batch,) in [0, 1]", ["domain: target: (batch,) in [0, 2]"]),
        ("target: (batch,) in [0, inf)", ["domain: target: (batch,) in [1, inf)"]),
        ("target: (batch,) in {0, 1}", ["domain: target: (batch,) in {0, 2}"]),
        ("target: (batch,) one-hot", []),
        (
            "target: (batch,) int in [0, n)",
            [
                "domain: target: (batch,) int in [1, n)",
                "domain: target: (batch,) int in [0, n + 1)",
            ],
        ),
        ("where: size >= 2", []),
    ],
)
def test_a_statement_of_the_contract_is_off_by_one(statement: str, wrong: list[str]) -> None:
    text = source(contract=statement)
    found = [
        each for each in edits.mutants(text) if each.operator in ("contract dimension", "domain")
    ]
    assert [f"{each.operator}: {each.after}" for each in found] == wrong
    assert all(each.line == 11 for each in found)


def test_every_mutant_parses_and_is_another_text() -> None:
    text = source()
    found = [each.source for each in edits.mutants(text)]
    assert len(found) == len(set(found)) > 20
    assert text not in found
    assert all(ast.parse(each) for each in found)


def test_every_operator_is_known() -> None:
    assert {each.operator for each in edits.mutants(source())} <= set(edits.OPERATORS)


def test_mutants_that_read_the_same_are_numbered() -> None:
    names = named(STACK.replace("layers.Dense(4)", "layers.Dense(2)"))
    assert "units: layers.Dense(2) → layers.Dense(3)" in names
    assert "units: layers.Dense(2) → layers.Dense(3) #2" in names


def test_a_name_does_not_change_with_what_stands_above() -> None:
    assert named("# A reason.\n\n" + STACK) == named(STACK)


def test_defaults_of_the_builder_and_the_program_are_left_alone() -> None:
    text = "def build(units: int = 8) -> None:\n    pass\n\n"
    program = 'if __name__ == "__main__":\n    layers.Dense(8)\n'
    assert named(text + program) == []


def test_a_long_call_is_named_by_its_argument() -> None:
    line = f"layers.Conv2D(8, 3, name={'n' * 80!r}, strides=2)"
    assert "strides: strides=2 → nothing" in named(line)


def test_a_call_over_several_lines_is_broken() -> None:
    text = 'layers.Conv2D(\n    8,\n    3,\n    activation="relu",\n)  # (batch, 8)\n'
    assert after(text, "activation swapped") == ['activation="tanh",']
    assert after(text, "strides") == ['activation="relu", strides=2,']
    (dropped,) = [each for each in edits.mutants(text) if each.operator == "activation dropped"]
    assert dropped.source == text.replace('    activation="relu",\n', "")
