"""What the fork server imports, once, for all workers."""

from __future__ import annotations

import contextlib
import ctypes
import gc

import pytest

from shapesheet import backend, check, cli

__all__ = ["check", "cli", "pytest"]

# Of mallopt(3): what is larger than M_MMAP_THRESHOLD goes back to the system when it is freed, and
# so does what is free at the heap's end beyond M_TRIM_THRESHOLD. Each megabyte that goes back and
# is wanted again has to be cleared anew.
_MEGABYTE = 1024**2
_GIVEN_BACK = {-3: 16 * _MEGABYTE, -1: 128 * _MEGABYTE}

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
    for name, limit in _GIVEN_BACK.items():
        ctypes.CDLL(None).mallopt(name, limit)
