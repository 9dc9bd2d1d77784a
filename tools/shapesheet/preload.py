"""What the fork server imports, once, for all workers."""

from __future__ import annotations

import contextlib
import ctypes
import gc

import pytest

from shapesheet import backend, check, cli

__all__ = ["check", "cli", "pytest"]

# M_MMAP_THRESHOLD of mallopt(3): what is larger goes back to the system when it is freed.
_MMAP_THRESHOLD = -3

backend.untouched()
# Objects that a collection never looks at stay shared between the workers.
gc.collect()
gc.freeze()
# Python puts a collection off until the objects are a quarter more than the last one left, and
# the system's allocator keeps what was freed of a large model for the next: a worker would hold
# several dead models at once.
gc.collect()
gc.set_threshold(700, 10, 2)
with contextlib.suppress(AttributeError):
    ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 4 * 1024**2)
