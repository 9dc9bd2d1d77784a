"""Bring the libraries' global state back to what it was before a snippet ran."""

from __future__ import annotations

import operator
import os
import sys
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LIBRARIES = ("keras", "numpy")
# Python's own notes on a class or a module, made when somebody asks for them.
_NOTES = ("__annot", "__warningregistry__")
_TABLES = (dict, list, set)


@dataclass
class State:
    """The names of a library's modules and classes, and this process's surroundings, at one moment.

    A module's names are where Keras keeps its settings (the float type, the data format) and
    where a snippet that patches ``keras.layers.Dense`` leaves its mark.

    Attributes:
        modules: Each module, its names and their values.
        classes: Each class's names and values.
        tables: Each dict, list and set that a module holds, such as that of the classes which
            are registered for saving, and what is in it.
        environment: The environment variables.
        folder: The working directory.
        errors: What NumPy does about overflows and the like.
        printing: How NumPy prints arrays.
    """

    modules: dict[str, tuple[types.ModuleType, dict[str, Any]]] = field(default_factory=dict)
    classes: dict[type, dict[str, Any]] = field(default_factory=dict)
    tables: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = ""
    errors: Any = None
    printing: Any = None


def take() -> State:
    """Return the state as it is now."""
    import numpy as np  # noqa: PLC0415 - reading the settings of a project is fast without

    state = State(
        environment=_environment(),
        folder=os.getcwd(),  # noqa: PTH109 - for chdir
        errors=np.geterr(),
        printing=np.get_printoptions(),
    )
    for name, module in _modules().items():
        state.modules[name] = (module, dict(vars(module)))
        for inner, value in vars(module).items():
            if isinstance(value, type) and _is_of_library(value.__module__):
                state.classes[value] = dict(vars(value))
            elif type(value) in _TABLES and not inner.startswith("__"):
                state.tables[id(value)] = (value, value.copy())
    return state


def restore(state: State) -> None:
    """Undo what has been changed, added or taken away since ``state`` was taken."""
    import numpy as np  # noqa: PLC0415 - it is there already

    for name, (module, names) in state.modules.items():
        sys.modules[name] = module
        _restore(module, names)
    for owner, names in state.classes.items():
        _restore(owner, names)
    fill(list(state.tables.values()))
    for name in _environment().keys() - state.environment.keys():
        del os.environ[name]
    os.environ.update(state.environment)
    os.chdir(state.folder)
    np.seterr(**state.errors)
    np.set_printoptions(**state.printing)


def filled(state: State) -> list[tuple[Any, Any]]:
    """Return the tables that differ from ``state``, with what is in them now, for ``fill``."""
    tables = state.tables.values()
    return [(table, table.copy()) for table, before in tables if not _holds(table, before)]


def fill(tables: list[tuple[Any, Any]]) -> None:
    """Put into each dict, list or set what it is to hold."""
    for table, content in tables:
        if not _holds(table, content):
            table.clear()
            put = table.extend if isinstance(table, list) else table.update
            put(content)


def _holds(table: Any, content: Any) -> bool:  # noqa: ANN401
    """Return whether a table has the very objects of ``content``; they may not compare."""
    if len(table) != len(content):
        return False
    if isinstance(table, set):
        return bool(table == content)
    if isinstance(table, dict):
        return _same(table, content)
    return all(map(operator.is_, table, content))


def _same(names: Mapping[Any, Any], content: Mapping[Any, Any]) -> bool:
    """Return whether two mappings have the very same objects in the same order."""
    return (
        len(names) == len(content)
        and all(map(operator.is_, names, content))
        and all(map(operator.is_, names.values(), content.values()))
    )


def _environment() -> dict[str, str]:
    # pytest keeps the name of the test that runs there, and wants to find it.
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


def _modules() -> dict[str, types.ModuleType]:
    found = dict(sys.modules)
    return {name: module for name, module in found.items() if module and _is_of_library(name)}


def _is_of_library(name: object) -> bool:
    return str(name).partition(".")[0] in LIBRARIES


def _restore(owner: Any, names: dict[str, Any]) -> None:  # noqa: ANN401
    now = vars(owner)
    if _same(now, names):
        return
    for name in [name for name in now if name not in names]:
        # What a library imports lazily is no change.
        if not isinstance(now[name], types.ModuleType) and not name.startswith(_NOTES):
            delattr(owner, name)
    for name, value in names.items():
        if name not in now or now[name] is not value:
            setattr(owner, name, value)
