"""Keras's three backends: their names, and the libraries that they need."""

from __future__ import annotations

DEFAULT = "tensorflow"
# Each as it is written, and the libraries whose versions its results have.
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
LIBRARIES = {"tensorflow": ("tensorflow",), "jax": ("jax", "jaxlib"), "torch": ("torch",)}
