"""Start Keras so that its results are the same everywhere, on one of its three backends."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import importlib.util
import os
from typing import TYPE_CHECKING, Any

from shapesheet import files, state
from shapesheet.backends import DEFAULT, LIBRARIES, NAMES
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    import tempfile
    from collections.abc import Iterator

# Snippets are checked side by side: more threads than one for each get in each other's way.
_THREADS = (
    *("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
)
# JAX compiles each operation and shape anew, which is nine tenths of a check's time; compiled
# without care for speed, a check takes a third less. One thread adds up in one order.
_XLA_FLAGS = (
    "--xla_backend_optimization_level=0",
    "--xla_llvm_disable_expensive_passes=true",
    "--xla_cpu_multi_thread_eigen=false",
)
_STDERR = 2
# Processes that this one starts, the fork server among them, are to choose the same.
_CHOSEN = "SHAPESHEET_BACKEND"


def choose(wanted: str) -> None:
    """Choose the backend of this process, before Keras is imported; without it, TensorFlow.

    Args:
        wanted: ``tensorflow``, ``jax`` or ``torch``.

    Raises:
        SnippetError: Keras has no such backend, or its library is not installed.
        RuntimeError: Keras has started on another one in this process.
    """
    require(wanted)
    if prepare.cache_info().currsize and wanted != name():
        message = f"Keras has started on {name()}, so this process can't change to {wanted}"
        raise RuntimeError(message)
    os.environ[_CHOSEN] = wanted


def require(wanted: str) -> None:
    """Refuse a backend that can't be had, without importing anything.

    Raises:
        SnippetError: Keras has no such backend, or its library is not installed.
    """
    if wanted not in NAMES:
        cure = f"use one of: {', '.join(NAMES)}"
        raise SnippetError(wanted, 0, "Keras has no such backend", cure)
    for library in LIBRARIES[wanted]:
        if importlib.util.find_spec(library) is None:
            cure = f"pip install 'shapesheet[{wanted}]'"
            raise SnippetError(wanted, 0, f"the library {library} is not installed", cure)


def name() -> str:
    """Return the backend of this process."""
    return os.environ.get(_CHOSEN, DEFAULT)


@contextlib.contextmanager
def handed_on(wanted: str) -> Iterator[None]:
    """Have the processes that the body starts choose ``wanted``, whatever this one has chosen."""
    before = os.environ.get(_CHOSEN)
    os.environ[_CHOSEN] = wanted
    try:
        yield
    finally:
        if before is None:
            del os.environ[_CHOSEN]
        else:
            os.environ[_CHOSEN] = before


@functools.cache
def prepare() -> tempfile.TemporaryDirectory[str]:
    """Set what Keras and its backend read when they are imported, without importing them.

    Keras reads ``~/.keras/keras.json``, in which a user may have set another backend, float
    type or data format; an empty home, which lives as long as the process, keeps that out.
    """
    home = files.scratch()
    os.environ["KERAS_HOME"] = home.name
    os.environ["KERAS_BACKEND"] = name()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # oneDNN rounds differently from one processor to the next.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    for threads in _THREADS:
        os.environ.setdefault(threads, "1")
    if name() == "jax":
        # A graphics card rounds differently, and its memory would be taken whole.
        os.environ["JAX_PLATFORMS"] = "cpu"
        os.environ["XLA_FLAGS"] = " ".join([os.environ.get("XLA_FLAGS", ""), *_XLA_FLAGS]).strip()
    return home


@functools.cache
def load() -> Any:  # noqa: ANN401 - Keras ships no types
    """Return the Keras module, imported in those surroundings; nothing has been computed yet.

    A process that has computed nothing has no threads, so that it can be forked.
    """
    prepare()
    with _quiet():
        keras = importlib.import_module("keras")
        if name() != DEFAULT and importlib.util.find_spec(DEFAULT) is not None:
            # Keras seeds TensorFlow too, whatever the backend: once here, not in every fork.
            importlib.import_module(DEFAULT)
    # The libraries' million objects are here to stay: every later collection of garbage, and
    # Keras asks for one whenever its session is cleared, looks at the snippets' few instead.
    gc.collect()
    gc.freeze()
    return keras


@functools.cache
def start() -> Any:  # noqa: ANN401 - Keras ships no types
    """Return the Keras module, ready to compute."""
    keras = load()
    untouched()
    with _quiet():
        # The first operation is what makes TensorFlow look for devices and speak of them.
        keras.ops.zeros(())
    if name() == "torch":
        # Threads add up in another order each time; and several checks share the cores.
        importlib.import_module("torch").set_num_threads(1)
    return keras


def restore() -> list[tuple[Any, Any]]:
    """Undo what code has changed in the libraries and in this process's surroundings.

    Returns:
        What the code has registered with Keras, for ``clear`` to keep.
    """
    known = registered()
    state.restore(untouched())
    return known


def registered() -> list[tuple[Any, Any]]:
    """Return what code has registered with Keras, for ``clear`` to keep."""
    return state.filled(untouched())


def clear(kept: list[tuple[Any, Any]] | None = None) -> None:
    """Forget the models, the layers' names, the settings and the patches of what ran before.

    Args:
        kept: What to keep of it: what importing a snippet registers.
    """
    keras = start()
    state.restore(untouched())
    state.fill(kept or [])
    keras.backend.clear_session(free_memory=False)
    keras.config.set_dtype_policy("float32")
    keras.utils.set_random_seed(0)


@functools.cache
def untouched() -> state.State:
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
