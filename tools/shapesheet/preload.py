"""What the fork server imports, once, for all workers."""

from __future__ import annotations

import gc

import pytest

from shapesheet import backend, check, cli

__all__ = ["check", "cli", "pytest"]

backend.untouched()
# Objects that a collection never looks at stay shared between the workers.
gc.collect()
gc.freeze()
