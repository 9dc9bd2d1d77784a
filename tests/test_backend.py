import os
import subprocess
import sys
from pathlib import Path

from shapesheet import backend
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
