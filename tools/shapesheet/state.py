"""Bring the libraries' global state back to what it was before a snippet ran."""

from __future__ import annotations

import os
import sys
import types
from dataclasses import dataclass, field
from typing import Any

LIBRARIES = ("keras", "numpy")


@dataclass
class State:
    """The names of a library's modules and classes, and this process's surroundings, at one moment.

    A module's names are where Keras keeps its settings (the float type, the data format) and
    where a snippet that patches ``keras.layers.Dense`` leaves its mark.

    Attributes:
        modules: Each module's names and values.
        classes: Each class's names and values.
        environment: The environment variables.
        folder: The working directory.
    """

    modules: dict[str, dict[str, Any]] = field(default_factory=dict)
    classes: dict[type, dict[str, Any]] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = ""


def take() -> State:
    """Return the state as it is now."""
    state = State(environment=dict(os.environ), folder=os.getcwd())  # noqa: PTH109 - for chdir
    for name, module in _modules().items():
        state.modules[name] = dict(vars(module))
        for value in vars(module).values():
            if isinstance(value, type) and _is_of_library(value.__module__):
                state.classes[value] = dict(vars(value))
    return state


def restore(state: State) -> None:
    """Undo what has been changed, added or taken away since ``state`` was taken."""
    for name, module in _modules().items():
        if name in state.modules:
            _restore(module, state.modules[name])
    for owner, names in state.classes.items():
        _restore(owner, names)
    if dict(os.environ) != state.environment:
        os.environ.clear()
        os.environ.update(state.environment)
    os.chdir(state.folder)


def _modules() -> dict[str, types.ModuleType]:
    found = dict(sys.modules)
    return {name: module for name, module in found.items() if module and _is_of_library(name)}


def _is_of_library(name: object) -> bool:
    return str(name).partition(".")[0] in LIBRARIES


def _restore(owner: Any, names: dict[str, Any]) -> None:  # noqa: ANN401
    now = vars(owner)
    for name in [name for name in now if name not in names]:
        # What a library imports lazily, and Python's own notes on a class, are no change.
        if not isinstance(now[name], types.ModuleType) and not name.startswith("__"):
            delattr(owner, name)
    for name, value in names.items():
        if name not in now or now[name] is not value:
            setattr(owner, name, value)
