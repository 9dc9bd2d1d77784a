"""Start Keras once, in surroundings that are the same everywhere."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import os
import tempfile
from typing import TYPE_CHECKING, Any

from shapesheet import state

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKEND = "tensorflow"
_STDERR = 2


@functools.cache
def prepare() -> tempfile.TemporaryDirectory[str]:
    """Set what Keras and TensorFlow read when they are imported, without importing them.

    Keras reads ``~/.keras/keras.json``, in which a user may have set another backend, float
    type or data format; an empty home, which lives as long as the process, keeps that out.
    """
    home = tempfile.TemporaryDirectory(prefix="shapesheet-")
    os.environ["KERAS_HOME"] = home.name
    os.environ["KERAS_BACKEND"] = BACKEND
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # oneDNN rounds differently from one processor to the next.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    return home


@functools.cache
def load() -> Any:  # noqa: ANN401 - Keras ships no types
    """Return the Keras module, imported in those surroundings; nothing has been computed yet.

    A process that has computed nothing has no threads, so that it can be forked.
    """
    prepare()
    with _quiet():
        keras = importlib.import_module("keras")
    # The libraries' million objects are here to stay: every later collection of garbage, and
    # Keras asks for one whenever its session is cleared, looks at the snippets' few instead.
    gc.collect()
    gc.freeze()
    return keras


@functools.cache
def start() -> Any:  # noqa: ANN401 - Keras ships no types
    """Return the Keras module, ready to compute."""
    keras = load()
    _untouched()
    with _quiet():
        # The first operation is what makes TensorFlow look for devices and speak of them.
        keras.ops.zeros(())
    return keras


def restore() -> list[tuple[Any, Any]]:
    """Undo what code has changed in the libraries and in this process's surroundings.

    Returns:
        What the code has registered with Keras, for ``clear`` to keep.
    """
    registered = state.filled(_untouched())
    state.restore(_untouched())
    return registered


def clear(registered: list[tuple[Any, Any]] | None = None) -> None:
    """Forget the models, the layers' names, the settings and the patches of what ran before.

    Args:
        registered: What to keep of it: what importing a snippet registers.
    """
    keras = start()
    state.restore(_untouched())
    state.fill(registered or [])
    keras.backend.clear_session(free_memory=False)
    keras.config.set_dtype_policy("float32")
    keras.utils.set_random_seed(0)


@functools.cache
def _untouched() -> state.State:
    """Return the libraries' state before any snippet has run."""
    load()
    return state.take()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what TensorFlow's libraries write to the process's standard error, from it."""
    try:
        kept = os.dup(_STDERR)
    except OSError:  # pragma: no cover - a process without a standard error has nothing to keep
        yield
        return
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path
        os.dup2(nowhere.fileno(), _STDERR)
    try:
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
