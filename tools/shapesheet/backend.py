"""Start Keras once, in surroundings that are the same everywhere."""

from __future__ import annotations

import functools
import importlib
import os
import tempfile
from typing import Any

BACKEND = "tensorflow"


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
def start() -> Any:  # noqa: ANN401 - Keras ships no types
    """Return the Keras module, imported in those surroundings."""
    prepare()
    return importlib.import_module("keras")
