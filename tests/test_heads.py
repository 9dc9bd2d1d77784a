"""Last layer, loss and target: what agrees, what does not, and how the last layer is found."""

from pathlib import Path

import pytest

from shapesheet.errors import SnippetError
from shapesheet.record import Head
from tests.workshop import SHOWN, examination, source

ONE = "(batch, 1)"
MANY = "(batch, classes)"


def text(
    outputs: str, loss: str, output: str, target: str, above: str = "", metrics: str = "None"
) -> str:
    body = f"""
    inputs = keras.Input((size,))
    outputs = {outputs}
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="sgd", loss={loss}, metrics={metrics})
    return model
    """
    lines = ["input: (batch, size)", *(f"output: {each}" for each in output.split("; "))]
    lines += [f"target: {each}" for each in target.split("; ") if each]
    parameters = "size: int = 5, classes: int = 4"
    return source(body, "\n".join(lines), parameters, above=above)


def head(folder: Path, snippet: str) -> tuple[Head, ...]:
    under = examination(folder, snippet)
    try:
        under.require("head")
    finally:
        under.release()
    found: tuple[Head, ...] = under.heads
    return found


def dense(activation: str = "", units: str = "1") -> str:
    given = f", activation={activation!r}" if activation else ""
    return f"layers.Dense({units}{given})(inputs)"


ONE_UNIT = "layers.Dense(1, activation='sigmoid')"
SOFTMAX = dense("softmax", "classes")
SPARSE = "(batch,) int in [0, classes)"


@pytest.mark.parametrize(
    ("outputs", "loss", "output", "target", "layer", "activation"),
    [
        (dense("sigmoid"), "'bce'", ONE, f"{ONE} in {{0, 1}}", "Dense(1)", "sigmoid"),
        (dense("sigmoid"), "'bce'", ONE, f"{ONE} in [0, 1]", "Dense(1)", "sigmoid"),
        (
            dense("sigmoid", "classes"),
            "keras.losses.BinaryFocalCrossentropy()",
            MANY,
            f"{MANY} in {{0, 1}}",
            "Dense(4)",
            "sigmoid",
        ),
        (
            dense(),
            "keras.losses.BinaryCrossentropy(from_logits=True)",
            ONE,
            f"{ONE} in {{0, 1}}",
            "Dense(1)",
            "linear",
        ),
        (SOFTMAX, "'categorical_crossentropy'", MANY, f"{MANY} one-hot", "Dense(4)", "softmax"),
        (
            SOFTMAX,
            "'categorical_crossentropy'",
            MANY,
            f"{MANY} probabilities",
            "Dense(4)",
            "softmax",
        ),
        (SOFTMAX, "'sparse_categorical_crossentropy'", MANY, SPARSE, "Dense(4)", "softmax"),
        (
            SOFTMAX,
            "'sparse_categorical_crossentropy'",
            MANY,
            "(batch, 1) int in [0, classes)",
            "Dense(4)",
            "softmax",
        ),
        (dense(), "'mse'", ONE, ONE, "Dense(1)", "linear"),
        (dense(), "keras.losses.Huber()", ONE, ONE, "Dense(1)", "linear"),
        (dense("sigmoid"), "'mae'", ONE, f"{ONE} in [0, 1]", "Dense(1)", "sigmoid"),
        (dense("tanh"), "'mse'", ONE, f"{ONE} in [-1, 1]", "Dense(1)", "tanh"),
        (dense("softplus"), "'mse'", ONE, f"{ONE} in [0, inf)", "Dense(1)", "softplus"),
        (dense("relu"), "'poisson'", ONE, f"{ONE} in [0, inf)", "Dense(1)", "relu"),
        (
            f"layers.Activation('sigmoid')({dense()})",
            "'bce'",
            ONE,
            f"{ONE} in {{0, 1}}",
            "Dense(1)",
            "sigmoid",
        ),
        (
            f"layers.Softmax()({dense(units='classes')})",
            "'categorical_crossentropy'",
            MANY,
            f"{MANY} one-hot",
            "Dense(4)",
            "softmax",
        ),
        (f"ops.sigmoid({dense()})", "'bce'", ONE, f"{ONE} in {{0, 1}}", "Dense(1)", "sigmoid"),
        (
            f"layers.Reshape((1,))(layers.Dropout(0.5)({dense('sigmoid')}))",
            "'bce'",
            ONE,
            f"{ONE} in {{0, 1}}",
            "Dense(1)",
            "sigmoid",
        ),
        (
            "keras.Sequential([keras.Input((5,)), layers.Dense(1, activation='sigmoid')])(inputs)",
            "'bce'",
            ONE,
            f"{ONE} in {{0, 1}}",
            "Dense(1)",
            "sigmoid",
        ),
        (
            f"layers.TimeDistributed({ONE_UNIT})(ops.expand_dims(inputs, -1))",
            "'bce'",
            "(batch, size, 1)",
            "(batch, size, 1) in {0, 1}",
            "Dense(1)",
            "sigmoid",
        ),
        (
            "layers.LSTM(classes)(ops.expand_dims(inputs, -1))",
            "'mse'",
            MANY,
            MANY,
            "LSTM(4)",
            "",
        ),
        (
            f"ops.exp(-ops.abs({dense()}))",
            "'bce'",
            f"{ONE} in [0, 1]",
            f"{ONE} in {{0, 1}}",
            "Exp",
            "",
        ),
        (
            f"layers.Average()([{SOFTMAX}, {SOFTMAX}])",
            "'categorical_crossentropy'",
            f"{MANY} probabilities",
            f"{MANY} one-hot",
            "Average",
            "",
        ),
        (dense("relu"), "None", ONE, "", "Dense(1)", "relu"),
    ],
)
def test_what_agrees(
    tmp_path: Path, outputs: str, loss: str, output: str, target: str, layer: str, activation: str
) -> None:
    snippet = text(outputs, loss, output, target).replace(
        "keras.Input((5,))", "keras.Input((size,))"
    )
    (found,) = head(tmp_path, snippet)
    assert (found.layer, found.activation) == (layer, activation)


@pytest.mark.parametrize(
    ("outputs", "loss", "output", "target", "error"),
    [
        (
            SOFTMAX,
            "'binary_crossentropy'",
            MANY,
            f"{MANY} one-hot",
            ":7: the last layer's activation is softmax, the loss binary_crossentropy",
        ),
        (
            dense("sigmoid", "classes"),
            "'categorical_crossentropy'",
            MANY,
            f"{MANY} one-hot",
            ":7: the last layer's activation is sigmoid, the loss categorical_crossentropy",
        ),
        (
            dense(units="classes"),
            "'sparse_categorical_crossentropy'",
            MANY,
            SPARSE,
            ":7: the last layer's activation is linear, the loss sparse_categorical_crossentropy",
        ),
        (
            dense("sigmoid"),
            "keras.losses.BinaryCrossentropy(from_logits=True)",
            ONE,
            f"{ONE} in {{0, 1}}",
            ":7: the last layer's activation is sigmoid, the loss binary_crossentropy from logits",
        ),
        (
            dense("sigmoid"),
            "'mse'",
            ONE,
            ONE,
            ":7: the last layer's activation is sigmoid, the loss mean_squared_error",
        ),
        (
            dense("sigmoid"),
            "'bce'",
            ONE,
            "(batch, 2) one-hot",
            ":13: the target is (batch, 2), the output (batch, 1)",
        ),
        (
            SOFTMAX,
            "'sparse_categorical_crossentropy'",
            MANY,
            f"{MANY} one-hot",
            ":13: the target is (batch, classes), the output (batch, classes)",
        ),
        (
            SOFTMAX,
            "'sparse_categorical_crossentropy'",
            MANY,
            "(batch,) int in [0, 9)",
            ":13: the target is int in [0, 9), there are classes classes",
        ),
        (
            SOFTMAX,
            "'sparse_categorical_crossentropy'",
            MANY,
            "(batch,)",
            ":13: the target is float, there are classes classes",
        ),
        (
            SOFTMAX,
            "'categorical_crossentropy'",
            MANY,
            f"{MANY} in {{0, 1}}",
            ":13: categorical_crossentropy takes one-hot targets",
        ),
        (dense("sigmoid"), "'bce'", ONE, ONE, ":13: binary_crossentropy takes targets of 0 and 1"),
        (
            dense("sigmoid"),
            "'bce'",
            ONE,
            f"{ONE} in {{0, 2}}",
            ":13: binary_crossentropy takes targets of 0 and 1",
        ),
        (
            f"ops.exp({dense()})",
            "'bce'",
            ONE,
            f"{ONE} in {{0, 1}}",
            ":12: binary_crossentropy takes outputs from 0 to 1",
        ),
        (
            f"layers.Average()([{SOFTMAX}, {SOFTMAX}])",
            "'categorical_crossentropy'",
            MANY,
            f"{MANY} one-hot",
            ":12: categorical_crossentropy takes probabilities",
        ),
        (
            dense("sigmoid"),
            "'bce'",
            f"{ONE} in [0, 2]",
            f"{ONE} in {{0, 1}}",
            ":12: the contract says output in [0, 2], sigmoid gives [0, 1]",
        ),
        (
            dense("relu"),
            "None",
            f"{ONE} in [-1, inf)",
            "",
            ":12: the contract says output in [-1, inf), relu gives [0, inf)",
        ),
        (dense(), "'mse'", ONE, "", ":10: the model has 1 losses, the contract 0 targets"),
        (dense(), "None", ONE, ONE, ":10: the model has 0 losses, the contract 1 targets"),
    ],
)
def test_what_does_not_agree(
    tmp_path: Path, outputs: str, loss: str, output: str, target: str, error: str
) -> None:
    with pytest.raises(SnippetError) as caught:
        head(tmp_path, text(outputs, loss, output, target))
    assert f"{caught.value.place}: {caught.value.message}" == f"{SHOWN}{error}"
    assert caught.value.cure


@pytest.mark.parametrize(
    "losses",
    [
        "{'score': 'mse', 'kind': 'sparse_categorical_crossentropy'}",
        "['mse', 'sparse_categorical_crossentropy']",
    ],
)
def test_each_output_has_its_head(tmp_path: Path, losses: str) -> None:
    outputs = (
        "{'score': layers.Dense(1, name='score')(inputs),"
        " 'kind': layers.Dense(classes, activation='softmax', name='kind')(inputs)}"
    )
    if losses.startswith("["):
        outputs = f"list({outputs}.values())"
        order = f"{ONE}; {MANY}", f"{ONE}; {SPARSE}"
    else:
        order = f"{MANY}; {ONE}", f"{SPARSE}; {ONE}"
    found = head(tmp_path, text(outputs, losses, *order))
    assert {(each.output, each.layer, each.loss) for each in found} == {
        ("score", "Dense(1)", "mean_squared_error"),
        ("kind", "Dense(4)", "sparse_categorical_crossentropy"),
    }


def test_an_output_without_a_loss_needs_no_target(tmp_path: Path) -> None:
    outputs = "[layers.Dense(1, name='a')(inputs), layers.Dense(1, name='b')(inputs)]"
    found = head(tmp_path, text(outputs, "['mse', None]", f"{ONE}; {ONE}", ONE))
    assert [each.loss for each in found] == ["mean_squared_error", ""]


@pytest.mark.parametrize(
    ("metrics", "names"),
    [
        ("['accuracy', keras.metrics.AUC()]", ("accuracy", "AUC")),
        ("None", ()),
        ("{'score': 'mae'}", ("mae",)),
    ],
)
def test_metrics_are_named_as_they_were_given(
    tmp_path: Path, metrics: str, names: tuple[str, ...]
) -> None:
    outputs = "layers.Dense(1, activation='sigmoid', name='score')(inputs)"
    (found,) = head(tmp_path, text(outputs, "'bce'", ONE, f"{ONE} in {{0, 1}}", metrics=metrics))
    assert found.metrics == names


MODEL = """
@keras.saving.register_keras_serializable("toy")
class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = layers.Dense(1{given})

    def call(self, x):
        return {returned}


@keras.saving.register_keras_serializable("toy")
class Wrapped(layers.Layer):
    def __init__(self):
        super().__init__()
        self.own = Own()

    def call(self, x):
        return self.own(x)
"""


@pytest.mark.parametrize(
    ("returned", "layer", "activation"),
    [
        ("self.head(x)", "Dense(1)", "sigmoid"),
        ("ops.sigmoid(self.head(x))", "sigmoid", "sigmoid"),
        ("1 - self.head(x)", "Own", ""),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_the_last_layer_of_a_subclassed_model_is_told_by_its_calls(
    tmp_path: Path, returned: str, layer: str, activation: str, *, wrapped: bool
) -> None:
    contract = f"input: (batch, size)\noutput: {ONE} in [0, 1]\ntarget: {ONE} in {{0, 1}}"
    make = "inputs = keras.Input((size,))\nmodel = keras.Model(inputs, Wrapped()(inputs))"
    given = "" if "ops" in returned else ", activation='sigmoid'"
    body = f"{make if wrapped else 'model = Own()'}\nmodel.compile(loss='bce')\nreturn model"
    snippet = source(body, contract, above=MODEL.format(returned=returned, given=given))
    (found,) = head(tmp_path, snippet)
    assert (found.layer, found.activation) == (layer, activation)
    assert found.loss == "binary_crossentropy"
