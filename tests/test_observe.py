"""Shape comments wherever Keras code makes a tensor: right ones pass, wrong ones fail."""

import textwrap
from pathlib import Path

import pytest

from tests.workshop import SHOWN, failures, line_of, source

OUT = "input: (batch, size)\noutput: (batch, 3)"
SEQUENCE = "input: (batch, length, size)\noutput: (batch, 3)"
IMAGES = "input: (batch, side, side, 1)\noutput: (batch, 3)"
BLOCK = """
@keras.saving.register_keras_serializable("toy")
class Block(layers.Layer):
    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units
        self.inner = layers.Dense(units)

    def call(self, x):
        wide = self.inner(x)  # (batch, units)
        halves = ops.split(wide, 2, axis=-1)  # (batch, units // 2), (batch, units // 2)
        return ops.concatenate(halves, axis=-1)  # (batch, units)
"""
MODEL = """
@keras.saving.register_keras_serializable("toy")
class Toy(keras.Model):
    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units
        self.hidden = [layers.Dense(units + each) for each in range(2)]
        self.head = layers.Dense(3)

    def call(self, x):
        for step, layer in enumerate(self.hidden):
            x = layer(x)  # (batch, units + step)
        return self.head(x)  # (batch, 3)
"""
# Each form with the text in it that is made wrong, and what Keras says at the defaults.
FORMS = {
    "sequential": (
        source(
            """
            return keras.Sequential(
                [
                    keras.Input((size,)),
                    layers.Dense(2 * size),  # (batch, 2 * size)
                    layers.Dense(3),  # (batch, 3)
                ]
            )
            """,
            OUT,
        ),
        "(batch, 2 * size)",
        "(batch, 10)",
    ),
    "functional": (
        source(
            """
            inputs = keras.Input((size,))  # (batch, size)
            x = layers.Dense(7)(inputs)  # (batch, 7)
            x = layers.Dropout(0.5)(layers.Dense(8)(x))  # (batch, 8)
            x = x + 1  # (batch, 8)
            x = ops.reshape(x, (-1, 4, 2))  # (batch, 4, 2)
            x = layers.Flatten()(x)  # (batch, 8)
            return keras.Model(inputs, layers.Dense(3)(x))
            """,
            OUT,
        ),
        "(batch, 4, 2)",
        "(batch, 4, 2)",
    ),
    "add": (
        source(
            """
            model = keras.Sequential()
            model.add(keras.Input((size,)))
            model.add(layers.Dense(size + 1))  # (batch, size + 1)
            model.add(layers.Dense(3))  # (batch, 3)
            return model
            """,
            OUT,
        ),
        "(batch, size + 1)",
        "(batch, 6)",
    ),
    "several lines": (
        source(
            """
            inputs = keras.Input((size,))
            x = layers.Dense(
                size + 1,
                activation="relu",
            )(inputs)  # (batch, size + 1)
            return keras.Model(
                inputs,
                layers.Dense(3)(x),  # (batch, 3)
            )
            """,
            OUT,
        ),
        "(batch, size + 1)",
        "(batch, 6)",
    ),
    "loop": (
        source(
            """
            x = inputs = keras.Input((side, side, 1))
            for filters in (2, 4):
                x = layers.Conv2D(filters, 3, padding="same")(x)  # (batch, side, side, filters)
            x = layers.GlobalAveragePooling2D()(x)  # (batch, filters)
            return keras.Model(inputs, layers.Dense(3)(x))
            """,
            IMAGES,
            "side: int = 5",
        ),
        "(batch, side, side, filters)",
        "(batch, 5, 5, 2)",
    ),
    "comprehension": (
        source(
            """
            inputs = keras.Input((size,))
            ways = [
                layers.Dense(units)(inputs)  # (batch, units)
                for units in (2, 4)
            ]
            more = [layers.Dense(units)(inputs) for units in (5, 6)]  # (batch, units)
            x = layers.Concatenate()(ways + more)  # (batch, 17)
            return keras.Model(inputs, layers.Dense(3)(x))
            """,
            OUT,
        ),
        "(batch, units)\n",
        "(batch, 2)",
    ),
    "nested models": (
        source(
            """
            encoder = keras.Sequential(  # a remark
                [keras.Input((size,)), layers.Dense(size + 2)]  # (batch, size + 2)
            )
            inputs = keras.Input((size,))
            x = encoder(inputs)  # (batch, size + 2)
            head = keras.Sequential([keras.Input((size + 2,)), layers.Dense(3)])  # (batch, 3)
            return keras.Model(inputs, head(x))
            """,
            OUT,
        ),
        "layers.Dense(3)])  # (batch, 3)",
        "(batch, 3)",
    ),
    "custom layer": (
        source(
            """
            inputs = keras.Input((size,))
            x = Block(2 * size)(inputs)  # (batch, 2 * size)
            return keras.Model(inputs, layers.Dense(3)(x))
            """,
            OUT,
            above=BLOCK,
        ),
        "(batch, units)\n        halves",
        "(batch, 10)",
    ),
    "subclassed model": (
        source("return Toy(size)  # (batch, 3)", OUT, above=MODEL),
        "(batch, units + step)",
        "(batch, 5)",
    ),
    "several outputs": (
        source(
            """
            inputs = keras.Input((length, size))
            layer = layers.LSTM(4, return_sequences=True, return_state=True)
            x, h, c = layer(inputs)  # (batch, length, 4), (batch, 4), (batch, 4)
            x = layers.LSTM(3)(x, initial_state=[h[:, :3], c[:, :3]])  # (batch, 3)
            return keras.Model(inputs, x)
            """,
            SEQUENCE,
            "length: int = 4, size: int = 2",
        ),
        "(batch, length, 4), (batch, 4), (batch, 4)",
        "(batch, 4, 4), (batch, 4), (batch, 4)",
    ),
    "shared layer": (
        source(
            """
            one, two = keras.Input((size,)), keras.Input((size,))
            shared = layers.Dense(6)  # (batch, 6)
            x = layers.Multiply()([shared(one), shared(two)])  # (batch, 6)
            return keras.Model([one, two], layers.Dense(3)(x))
            """,
            "input: (batch, size)\ninput: (batch, size)\noutput: (batch, 3)",
        ),
        "(batch, 6)\n    x",
        "(batch, 6)",
    ),
    "returned tuple": (
        source(
            """
            def towers(x):
                return layers.Dense(2)(x), layers.Dense(3)(x)  # (batch, 2), (batch, 3)

            inputs = keras.Input((size,))
            _, x = towers(inputs)
            return keras.Model(inputs, x)
            """,
            OUT,
        ),
        "(batch, 2), (batch, 3)",
        "(batch, 2), (batch, 3)",
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_right_comments_pass_at_every_size(tmp_path: Path, form: str) -> None:
    text, _, _ = FORMS[form]
    assert failures(tmp_path, text, "shapes") == ""


@pytest.mark.parametrize("form", FORMS)
def test_a_comment_off_by_one_fails_on_its_line(tmp_path: Path, form: str) -> None:
    text, right, actual = FORMS[form]
    shape = right[right.index("(batch") :].split("\n")[0]
    wrong = f"{shape[:-1]} + 1)" if shape.count("(") == 1 else f"{shape[:-1]} - 1)"
    broken = text.replace(right, right.replace(shape, wrong), 1)
    found = failures(tmp_path, broken, "shapes")
    line = broken[: broken.index(wrong)].count("\n") + 1
    assert found.startswith(f"{SHOWN}:{line}: the comment says {wrong}, which is ")
    assert f", Keras says {actual} at " in found


def toy(body: str, contract: str = OUT, **others: str) -> str:
    """Return a snippet whose builder begins with its input, at line 14."""
    lines = textwrap.dedent(body).strip()
    return source(f"inputs = keras.Input((size,))\n{lines}", contract, **others)


@pytest.mark.parametrize(
    ("text", "part", "message"),
    [
        (
            toy("x = layers.Dense(3)(inputs)  # (batch, 4)\nreturn keras.Model(inputs, x)"),
            "(batch, 4)",
            "the comment says (batch, 4), Keras says (batch, 3) at size=5",
        ),
        (
            toy("x = layers.Dense(3)(inputs)  # (batch, 1, 3)\nreturn keras.Model(inputs, x)"),
            "(batch, 1, 3)",
            "the comment says (batch, 1, 3), Keras says (batch, 3) at size=5",
        ),
        (
            toy(
                "x = layers.Dense(3)(inputs)  # (batch, 3), (batch, 3)\n"
                "return keras.Model(inputs, x)"
            ),
            "(batch, 3), (batch, 3)",
            "the comment says (batch, 3), (batch, 3), Keras says (batch, 3) at size=5",
        ),
        (
            toy("x = layers.Dense(3)(inputs)  # (batch, units)\nreturn keras.Model(inputs, x)"),
            "(batch, units)",
            "the comment reads units, which is nothing on this line",
        ),
        (
            toy(
                "units = 3.0\nx = layers.Dense(3)(inputs)  # (batch, units)\n"
                "return keras.Model(inputs, x)"
            ),
            "(batch, units)",
            "the comment reads units, which is a float on this line",
        ),
        (
            toy(
                "x = layers.Dense(3)(inputs)  # (batch, 3 // (size - 5))\n"
                "return keras.Model(inputs, x)"
            ),
            "(batch, 3 //",
            (
                "the comment (batch, 3 // (size - 5)) can't be computed: "
                "integer division or modulo by zero"
            ),
        ),
        (
            toy("units = 3  # (batch, 3)\nreturn keras.Model(inputs, layers.Dense(units)(inputs))"),
            "units = 3",
            "the comment says (batch, 3), the line makes no tensor: int",
        ),
        (
            toy(
                "unused = layers.Dense(3)  # (batch, 3)\n"
                "return keras.Model(inputs, layers.Dense(3)(inputs))"
            ),
            "unused",
            "the comment says (batch, 3), the line makes a Dense that is never called",
        ),
        (
            toy("# (batch, 3)\nreturn keras.Model(inputs, layers.Dense(3)(inputs))"),
            "# (batch, 3)",
            "the comment says (batch, 3), but nothing is made on its line",
        ),
        (
            toy(
                "if size < 0:\n    layers.Dense(4)(inputs)  # (batch, 4)\n"
                "return keras.Model(inputs, layers.Dense(3)(inputs))"
            ),
            "(batch, 4)",
            "the comment says (batch, 4), but its line has never run",
        ),
        (
            toy(
                "return keras.Model(inputs, layers.Dense(3)(inputs))",
                below="def unused(x):\n    return layers.Dense(4)(x)  # (batch, 4)\n",
            ),
            "(batch, 4)",
            "the comment says (batch, 4), but its line has never run",
        ),
        (
            toy(
                "return keras.Model(inputs, layers.Dense(size)(inputs))  # (batch, 5)",
                "input: (batch, size)\noutput: (batch, size)",
            ),
            "(batch, 5)",
            "the comment says (batch, 5), Keras says (batch, 2) at size=2",
        ),
    ],
)
def test_a_wrong_comment_is_told_with_its_line(
    tmp_path: Path, text: str, part: str, message: str
) -> None:
    found = failures(tmp_path, text, "shapes")
    line = text[: text.index(part.split("\n", 1)[0])].count("\n") + 1
    assert found == f"{SHOWN}:{line}: {message}"


def test_a_line_that_other_values_lead_to_is_reached(tmp_path: Path) -> None:
    text = toy(
        """
        if way == "wide":
            x = layers.Dense(8)(inputs)  # (batch, 8)
        else:
            x = layers.Dense(2)(inputs)  # (batch, 2)
        return keras.Model(inputs, layers.Dense(3)(x))
        """,
        f'{OUT}\nway: "wide", "narrow"',
        parameters='size: int = 5, way: str = "wide"',
    )
    assert failures(tmp_path, text, "shapes") == ""


def test_a_line_that_only_a_run_reaches_is_compared_there(tmp_path: Path) -> None:
    block = """
    class Eager(layers.Layer):
        def call(self, x):
            if x.shape[0] is not None:
                return x + 0  # (batch, 3)
            return x
    """
    text = toy("x = layers.Dense(3)(inputs)\nreturn keras.Model(inputs, Eager()(x))", above=block)
    assert failures(tmp_path, text, "shapes") == ""
    wrong = text.replace("x + 0  # (batch, 3)", "x + 0  # (batch, 4)")
    line = line_of(wrong, "(batch, 4)")
    assert failures(tmp_path, wrong, "shapes").startswith(f"{SHOWN}:{line}: the comment says")
