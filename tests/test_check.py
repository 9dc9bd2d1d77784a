"""The eight checks: what passes, and for each what fails in just that way."""

import ast
import gc
import weakref
from pathlib import Path

import pytest

from shapesheet import check, record
from shapesheet import snippet as snippets
from shapesheet.check import CHECKS, BlockedError
from shapesheet.errors import SnippetError
from tests.workshop import (
    BODY,
    CONTRACT,
    SHOWN,
    examination,
    failures,
    line_of,
    snippet,
    source,
)

LAYERS = """
inputs = keras.Input((size,))
outputs = {outputs}
model = keras.Model(inputs, outputs)
model.compile(optimizer="{optimizer}", loss={loss!r}, run_eagerly=True)
return model
"""
FLAKY = """
@keras.saving.register_keras_serializable("toy")
class Flaky(layers.Layer):
    def __init__(self, units{default}, **options):
        super().__init__(**options)
        self.units = units

    def build(self, shape):
        self.scale = self.add_weight(shape=(self.units,), initializer="random_normal")

    def call(self, x):
        return {call}
"""
PICKY = """
class Picky(layers.Layer):
    def call(self, x):
        if x.shape[0] == 3:
            raise ValueError("three!")
        return x
"""


def trained(
    outputs: str,
    target: str = "(batch, 1)",
    loss: str = "mse",
    output: str = "(batch, 1)",
    above: str = "",
    optimizer: str = "adam",
) -> str:
    contract = f"input: (batch, size)\noutput: {output}\ntarget: {target}\n"
    body = LAYERS.format(outputs=outputs, loss=loss, optimizer=optimizer)
    return source(body, contract, above=above)


def flaky(default: str = "", call: str = "x * self.scale") -> str:
    above = FLAKY.format(default=default, call=call)
    return trained("layers.Dense(1)(Flaky(size)(inputs))", above=above)


def test_a_right_snippet_passes_and_its_record_tells_all(tmp_path: Path) -> None:
    under = examination(tmp_path, source())
    found = under.record()
    under.release()
    assert found.failures == ()
    assert found.summary == "Say what it does."
    assert found.defaults == {"size": "5"}
    assert len(found.sizes) == 3
    assert [(each.role, each.symbolic, each.shape) for each in found.tensors] == [
        ("input", "(batch, size)", "(batch, 5)"),
        ("output", "(batch, 1)", "(batch, 1)"),
        ("target", "(batch, 1)", "(batch, 1)"),
    ]
    assert [(each.kind, each.symbolic, each.arithmetic) for each in found.layers] == [
        ("Dense", "(batch, 4)", "5·4 + 4"),
        ("Dense", "(batch, 1)", "4·1 + 1"),
    ]
    assert (found.parameters, found.trainable, found.weight_bytes) == (29, 29, 116)
    assert found.multiply_adds == 24
    assert not found.random
    assert found.checks == tuple(record.Check(name) for name in CHECKS)
    assert [claim.text for claim in found.claims] == ["It is as it is."]
    assert found.versions["backend"] == "tensorflow"


def test_contract_fails_on_a_dimension_that_names_no_parameter(tmp_path: Path) -> None:
    text = source(contract=CONTRACT.replace("size", "length"))
    error = f"{SHOWN}:11: the contract names length, which is no parameter of toy"
    assert failures(tmp_path, text, "contract") == error


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            source(BODY.replace("keras.Input((size,))", "keras.Input((5,))")),
            (
                ":11: the contract says input (batch, size), which is (batch, 2), "
                "Keras says (batch, 5) at size=2"
            ),
        ),
        (
            source(BODY, CONTRACT.replace("output: (batch, 1)", "output: (batch, 2)")),
            ":12: the contract says output (batch, 2), Keras says (batch, 1) at size=5",
        ),
        (
            source(BODY, CONTRACT.replace("size", "10 // (size - 5)")),
            (
                ":11: the contract says (batch, 10 // (size - 5)), which can't be computed: "
                "integer division or modulo by zero at size=5"
            ),
        ),
        (
            source(BODY, CONTRACT.replace("(batch, size)", "(batch, size) int")),
            ":11: the contract says int, Keras says float32",
        ),
        (
            source(BODY, f"{CONTRACT}output: (batch, 1)"),
            ":10: the contract has 2 outputs, the model has 1",
        ),
        (
            source(
                BODY.replace("(size,))", "(size,), name='x')"), CONTRACT.replace("input", "input y")
            ),
            ":11: the contract names this input y, the model x",
        ),
        (
            source(f"assert size == 5, 'five'\n{BODY}"),
            ":15: the snippet raises AssertionError: five at size=2",
        ),
        (
            source(f"{BODY}", f"{CONTRACT}where: size > 9"),
            ":14: the defaults do not keep size > 9 at size=5",
        ),
        (
            source(f"{BODY}", f"{CONTRACT}where: size == 5"),
            ":10: no other sizes keep the contract's conditions",
        ),
        (source("return 3"), ":7: toy returns a int, no keras.Model"),
        (
            source("return Model(3)"),
            ":15: the snippet raises NameError: name 'Model' is not defined",
        ),
        (source(f"print('here')\n{BODY}"), ":15: the snippet prints 'here'"),
        (source(f"open('weights.h5')\n{BODY}"), ":15: the snippet opens a file: 'weights.h5'"),
        (source(above="open('x')"), ":7: the snippet opens a file: 'x'"),
        (source(above="1 / 0"), ":7: the snippet raises ZeroDivisionError: division by zero"),
        (
            source(
                BODY.replace("keras.Input((size,)),", "").replace(
                    "4, act", "4, input_shape=(size,), act"
                )
            ),
            (
                ":18: the snippet warns UserWarning: Do not pass an `input_shape`/`input_dim` "
                "argument to a layer. When using Sequential models, prefer using an "
                "`Input(shape)` object as the first layer in the model instead."
            ),
        ),
    ],
)
def test_shapes_fails_where_what_is_built_is_not_what_is_written(
    tmp_path: Path, text: str, error: str
) -> None:
    assert failures(tmp_path, text, "shapes") == f"{SHOWN}{error}"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            source(BODY.replace("sigmoid", "linear")),
            ":12: the contract says output in [0, 1], a run gives the value ",
        ),
        (
            source(BODY, CONTRACT.replace("in [0, 1]", "probabilities")),
            ":12: the contract says output probabilities, a run gives a last axis that sums to ",
        ),
        (
            trained("ops.reshape(layers.Dense(2)(inputs), (-1, 1))"),
            ":12: the contract says output (batch, 1), a run with 3 samples gives (6, 1)",
        ),
        (
            trained("ops.log(-ops.abs(layers.Dense(1)(inputs)))"),
            ":12: the contract says output finite numbers, a run gives values that are not finite",
        ),
        (
            trained("Picky()(layers.Dense(1)(inputs))", above=PICKY),
            (
                ":10: a run of the model raises ValueError: Exception encountered when calling "
                "Picky.call(). three!"
            ),
        ),
    ],
)
def test_run_fails_where_an_output_is_not_what_the_contract_says(
    tmp_path: Path, text: str, error: str
) -> None:
    assert failures(tmp_path, text, "run").startswith(f"{SHOWN}{error}")


def test_head_fails_where_last_layer_and_loss_disagree(tmp_path: Path) -> None:
    text = source(
        BODY.replace('Dense(1, activation="sigmoid")', "Dense(1)"),
        CONTRACT.replace(" in [0, 1]", ""),
    )
    error = f"{SHOWN}:7: the last layer's activation is linear, the loss binary_crossentropy"
    assert failures(tmp_path, text, "head") == error


def test_training_fails_where_no_gradient_reaches_a_weight(tmp_path: Path) -> None:
    text = trained("layers.Dense(1)(ops.stop_gradient(layers.Dense(4, name='cut')(inputs)))")
    error = f"{SHOWN}:7: no gradient reaches the weight cut/kernel: 3 training steps left it"
    assert failures(tmp_path, text, "training") == error


def test_training_fails_where_a_weight_is_not_used(tmp_path: Path) -> None:
    text = flaky(call="x + 0 * self.scale").replace("keras.Model(", "keras.Model(")
    error = f"{SHOWN}:7: no gradient reaches the weight flaky/variable"
    found = failures(tmp_path, text, "training")
    assert "no gradient reaches the weight flaky" in found, error


def test_training_fails_where_the_loss_is_not_finite(tmp_path: Path) -> None:
    text = trained("1e30 * layers.Dense(1)(inputs)")
    error = f"{SHOWN}:7: a training step gives the loss inf"
    assert failures(tmp_path, text, "training") == error


def test_training_fails_where_weights_become_infinite(tmp_path: Path) -> None:
    text = trained("layers.Dense(1)(inputs)").replace('"adam"', "keras.optimizers.SGD(1e39)")
    found = failures(tmp_path, text, "training")
    assert found.startswith(f"{SHOWN}:7: the weight dense/")
    assert found.endswith(" is not finite after a training step")


def test_training_fails_where_a_step_raises(tmp_path: Path) -> None:
    above = """
    @keras.saving.register_keras_serializable("toy")
    def wrong(true, predicted):
        raise ValueError("odd")
    """
    text = trained("layers.Dense(1)(inputs)", above=above).replace("'mse'", "wrong")
    line = line_of(text, "odd")
    assert failures(tmp_path, text, "training").startswith(
        f"{SHOWN}:{line}: a training step raises "
    )


@pytest.mark.parametrize(
    ("given", "loss"),
    [
        ("{'one': one, 'two': two}", "{'a': 'mse', 'b': 'mae'}"),
        ("[one, two]", "['mse', 'mae']"),
    ],
)
def test_several_inputs_and_outputs_are_run_trained_and_saved(
    tmp_path: Path, given: str, loss: str
) -> None:
    body = f"""
    one, two = keras.Input((size,), name="one"), keras.Input((3,), name="two")
    x = layers.Concatenate()([one, two])
    outputs = {{name: layers.Dense(1, name=name)(x) for name in ("a", "b")}}
    model = keras.Model({given}, outputs if {loss.startswith("{")} else list(outputs.values()))
    model.compile(optimizer="adam", loss={loss})
    return model
    """
    contract = """
    input one: (batch, size)
    input two: (batch, 3)
    output a: (batch, 1)
    output b: (batch, 1)
    target a: (batch, 1)
    target b: (batch, 1)
    """
    text = source(body, contract)
    found = examination(tmp_path, text)
    assert found.record().failures == ()
    found.release()


def test_saving_fails_where_a_layer_does_not_survive_it(tmp_path: Path) -> None:
    text = trained("layers.Dense(1)(layers.Lambda(lambda x: 2 * x)(inputs))")
    found = failures(tmp_path, text, "saving")
    assert found.startswith(f"{SHOWN}:7: the model does not survive saving: ValueError: ")
    assert "Lambda" in found


def test_saving_fails_where_the_outputs_change(tmp_path: Path) -> None:
    text = flaky(default="=5", call="x * self.scale * self.factor").replace(
        "        self.units = units\n",
        "        self.units = units\n        self.factor = ops.mean(keras.random.normal((9,)))\n",
    )
    error = "the model gives other outputs after saving and loading"
    line = line_of(text, "def toy")
    assert failures(tmp_path, text, "saving") == f"{SHOWN}:{line}: {error}"


def test_measures_fails_where_a_layer_has_weights_that_no_call_explains(tmp_path: Path) -> None:
    above = """
    class Idle(layers.Layer):
        def __init__(self):
            super().__init__()
            self.idle = layers.Dense(2)
            self.idle.build((None, 3))

        def call(self, x):
            return 2 * x
    """
    text = trained("layers.Dense(1)(Idle()(inputs))", above=above)
    error = "the configuration of idle gives no parameters = 0, Keras counts 8"
    line = line_of(text, "def toy")
    assert failures(tmp_path, text, "measures") == f"{SHOWN}:{line}: {error}"


def test_claims_fails_where_there_are_none(tmp_path: Path) -> None:
    under = examination(tmp_path, source(), "")
    with pytest.raises(SnippetError) as caught:
        under.require("claims")
    assert caught.value.place == "snippets/dense/test_toy.py"
    assert caught.value.message == "the snippet has 0 claims, 1 are wanted"


def test_claims_fails_where_one_fails(tmp_path: Path) -> None:
    test = 'def test_wrong():\n    """It is so."""\n    assert 1 + 1 == 3\n'
    under = examination(tmp_path, source(), test)
    (failure,) = under.record().failures
    under.release()
    assert (failure.check, failure.path, failure.line) == (
        "claims",
        "snippets/dense/test_toy.py",
        3,
    )
    assert failure.message == "test_wrong fails: assert (1 + 1) == 3"


def test_all_that_can_be_checked_is_checked(tmp_path: Path) -> None:
    text = source(BODY.replace("sigmoid", "linear"))
    under = examination(tmp_path, text, "")
    found = under.record()
    under.release()
    assert [failure.check for failure in found.failures] == ["run", "head", "claims"]
    assert found.layers == ()


def test_a_check_whose_need_failed_is_blocked(tmp_path: Path) -> None:
    under = examination(tmp_path, source("return 3"))
    with pytest.raises(BlockedError, match="not run: shapes failed"):
        under.require("run")
    with pytest.raises(BlockedError, match="not run: shapes failed"):
        under.require("saving")


def test_what_the_tool_cannot_cope_with_is_an_error_of_the_snippet(tmp_path: Path) -> None:
    above = """
    class Odd(keras.Sequential):
        def count_params(self):
            raise OSError("odd")
    """
    text = source(BODY.replace("keras.Sequential(", "Odd("), above=above)
    error = "the check measures can't cope with it: OSError: odd"
    assert failures(tmp_path, text, "measures") == f"{SHOWN}: {error}"


def test_a_sequential_without_an_input_is_refused(tmp_path: Path) -> None:
    text = source(BODY.replace("        keras.Input((size,)),\n", ""))
    error = "toy returns a Sequential without an input: it has no weights yet"
    assert failures(tmp_path, text, "shapes") == f"{SHOWN}:7: {error}"


def test_an_input_domain_that_is_one_too_wide_for_its_embedding_fails(tmp_path: Path) -> None:
    body = """
    return keras.Sequential(
        [
            keras.Input((size,), dtype="int32"),
            layers.Embedding(words, 3),
        ]
    )
    """
    contract = "input: (batch, size) int in [0, words{})\noutput: (batch, size, 3)"
    sizes = "size: int = 5, words: int = 2000"
    assert not failures(tmp_path, source(body, contract.format(""), sizes), "run")
    found = failures(tmp_path, source(body, contract.format(" + 1"), sizes), "run")
    assert "= 2 is not in [0, 2)" in found
    assert found.endswith(" at size=2, words=2")


def test_a_model_without_a_loss_is_not_trained(tmp_path: Path) -> None:
    body = "return keras.Sequential([keras.Input((size,)), layers.Dense(1)])"
    under = examination(tmp_path, source(body, "input: (batch, size)\noutput: (batch, 1)"))
    found = under.record()
    under.release()
    assert found.failures == ()
    assert {each.name: each.left_out for each in found.checks if each.left_out} == {
        "training": "the model has no loss"
    }


def test_a_heavy_snippet_is_built_once_and_not_saved(tmp_path: Path) -> None:
    under = examination(tmp_path, source(contract=f"{CONTRACT}heavy: it holds half a gigabyte"))
    found = under.record()
    under.release()
    assert found.heavy == "it holds half a gigabyte"
    assert found.multiply_adds == 24
    assert found.sizes == ()
    assert {each.name: each.left_out for each in found.checks if each.left_out} == {
        "shapes": "built at its defaults only",
        "saving": "too large to save in a check",
    }


NOISE = """
@keras.saving.register_keras_serializable("toy")
class Noise(layers.GaussianNoise):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)
"""


@pytest.mark.parametrize("heavy", ["", "heavy: it holds half a gigabyte"])
def test_a_random_model_is_told_whether_it_is_saved_or_not(tmp_path: Path, heavy: str) -> None:
    body = BODY.replace("layers.Dense(1, act", "Noise(1.0),\n        layers.Dense(1, act")
    under = examination(tmp_path, source(body, f"{CONTRACT}{heavy}", above=NOISE))
    found = under.record()
    under.release()
    assert found.failures == ()
    assert found.random


def test_an_interrupt_during_the_claims_is_one(tmp_path: Path) -> None:
    test = 'def test_long():\n    """It takes long."""\n    raise KeyboardInterrupt\n    assert 0\n'
    under = examination(tmp_path, source(), test)
    with pytest.raises(KeyboardInterrupt):
        under.record()
    under.release()


def test_a_file_that_is_saved_while_the_claims_run_leaves_the_record_stale(tmp_path: Path) -> None:
    test = """
from pathlib import Path


def test_it_saves_itself():
    "It does what an editor may do."
    with Path(__file__).open("a") as file:
        file.write("# More.")
    assert __name__
"""
    found, config = snippet(tmp_path, source(), test)
    before = snippets.digest(found, config)
    under = check.Examination(found, config)
    assert under.record().digest == before
    under.release()
    (now,) = snippets.find(config)
    assert snippets.digest(now, config) != before


def test_claims_may_use_fixtures_of_their_family(tmp_path: Path) -> None:
    test = "def test_it(seven):\n    'It is seven.'\n    assert seven == 7\n"
    under = examination(tmp_path, source(), test)
    fixture = "import pytest\n\n\n@pytest.fixture\ndef seven():\n    return 7\n"
    under.snippet.path.with_name("conftest.py").write_text(fixture)
    found = under.record()
    under.release()
    assert found.failures == ()


def test_a_snippet_that_is_no_text_has_a_record_that_says_so(tmp_path: Path) -> None:
    under = examination(tmp_path, source())
    under.snippet.path.write_bytes(b"\xff")
    found = under.record()
    under.release()
    (failure,) = found.failures
    assert (failure.path, failure.check, found.digest) == (SHOWN, "contract", "")
    assert failure.message.startswith("this snippet can't be read: 'utf-8' codec")


def test_the_digest_covers_every_module_that_checking_imports() -> None:
    folder = Path(check.__file__).parent
    found, waiting = set(), ["check", "isolation", "pytest_plugin", "worker"]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shapesheet"):
                tail = (node.module or "").removeprefix("shapesheet").removeprefix(".")
                waiting += [tail] if tail else [alias.name for alias in node.names]
    assert tuple(sorted(f"{name}.py" for name in found)) == record.CHECKING_CODE


def test_what_a_snippet_made_is_forgotten(tmp_path: Path) -> None:
    under = examination(tmp_path, source())
    under.require("measures")
    model = weakref.ref(under.subject.model)
    under.release()
    gc.collect()
    assert model() is None
