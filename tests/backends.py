"""Which backends the tests find, and scripts that run on one of them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

from shapesheet.backends import LIBRARIES


def require(name: str) -> None:
    """Skip without a backend, but fail where CI has to have it."""
    if any(importlib.util.find_spec(library) is None for library in LIBRARIES[name]):
        word = f"{name} is not installed: make backends"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(word)


def script(code: str, *arguments: str) -> str:
    """Run Python code in a process of its own, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
