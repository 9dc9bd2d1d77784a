import os
import subprocess
import sys
from pathlib import Path

import pytest

from shapesheet import backend
from shapesheet.backends import DEFAULT, LIBRARIES
from shapesheet.errors import SnippetError
from tests import backends
from tests.examples import put

SCRIPT = """
import sys
from shapesheet import backend
backend.prepare()
assert "keras" not in sys.modules
keras = backend.start()
assert keras.backend.backend() == "tensorflow"
assert keras.config.floatx() == "float32"
layer = keras.layers.Dense(1)
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("mixed_float16")
backend.clear()
assert keras.config.floatx() == keras.config.dtype_policy().name == "float32"
assert layer.name == keras.layers.Dense(1).name
print("said")
print("heard", file=sys.stderr)
"""


def test_keras_starts_in_the_same_surroundings_everywhere_and_quietly(tmp_path: Path) -> None:
    put(tmp_path / ".keras/keras.json", '{"floatx": "float64", "backend": "jax"}')
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("said\n", "heard\n")


def test_keras_is_started_once() -> None:
    assert backend.start() is backend.start()


ON_ANOTHER = """
import os, sys
from shapesheet import backend
backend.choose(sys.argv[1])
assert "keras" not in sys.modules
keras = backend.start()
assert keras.backend.backend() == backend.name() == sys.argv[1]
backend.clear()
print(float(keras.ops.sum(keras.ops.ones((3,)))))
if sys.argv[1] == "torch":
    import torch
    assert torch.get_num_threads() == 1
if sys.argv[1] == "jax":
    import jax
    assert jax.default_backend() == "cpu"
try:
    backend.choose("tensorflow")
except RuntimeError as error:
    print(error)
"""


@pytest.mark.parametrize("name", ["jax", "torch"])
def test_keras_starts_on_the_backend_that_was_chosen_and_stays_there(name: str) -> None:
    backends.require(name)
    assert backends.script(ON_ANOTHER, name) == (
        f"3.0\nKeras has started on {name}, so this process can't change to tensorflow\n"
    )


def test_tensorflow_is_chosen_where_nothing_is_said() -> None:
    assert backend.name() == DEFAULT == "tensorflow"


def test_what_this_process_starts_can_choose_another_backend() -> None:
    code = "from shapesheet import backend; print(backend.name())"
    with backend.handed_on("torch"):
        with backend.handed_on("jax"):
            assert backends.script(code) == "jax\n"
        assert backends.script(code) == "torch\n"
    assert backends.script(code) == "tensorflow\n"


def test_a_backend_that_keras_does_not_have_is_refused() -> None:
    with pytest.raises(SnippetError, match=r"^theano: Keras has no such backend") as caught:
        backend.choose("theano")
    assert caught.value.cure == "use one of: tensorflow, jax, torch"


def test_a_backend_that_is_not_installed_is_refused_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(LIBRARIES, "jax", ("a_library_that_nobody_has",))
    with pytest.raises(SnippetError, match="a_library_that_nobody_has is not installed") as caught:
        backend.choose("jax")
    assert caught.value.cure == "pip install 'shapesheet[jax]'"
    assert backend.name() == "tensorflow"
