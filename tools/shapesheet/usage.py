"""Which claims of a snippet use it: only they can tell of a mistake in it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from shapesheet.claims import CLAIM, MISTAKE

if TYPE_CHECKING:
    from collections.abc import Iterator


def using(test: str, package: str) -> list[str]:
    """Return the claims and mistakes that use a snippet, themselves or through others.

    The rest is about Keras, and a mistake in the snippet can't change what it finds.

    Args:
        test: The text of a snippet's test file.
        package: The package of the snippets.
    """
    tree = ast.parse(test)
    used = {
        alias.asname or alias.name.partition(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) and _is_of(package, node)
        for alias in node.names
    }
    named = list(_defined(tree))
    while True:
        more = {name for name, names in named if names & used} - used
        if not more:
            break
        used |= more
    return [name for name, _ in named if name in used and name.startswith((CLAIM, MISTAKE))]


def _is_of(package: str, node: ast.Import | ast.ImportFrom) -> bool:
    modules = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or package]
    return any(module.partition(".")[0] == package for module in modules)


def _defined(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Yield each name that a module defines, with the names that its definition reads."""
    for node in tree.body:
        read = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        read |= {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, read
            case ast.Assign(targets=targets):
                names = [
                    each.id
                    for target in targets
                    for each in ast.walk(target)
                    if isinstance(each, ast.Name)
                ]
                yield from ((name, read) for name in names)
            case _:
                continue
