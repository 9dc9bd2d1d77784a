"""Run a snippet's file, with its commented lines probed, and choose the sizes to build it at."""

from __future__ import annotations

import inspect
import sys
import types
from typing import TYPE_CHECKING

from shapesheet import backend, sizes
from shapesheet.errors import SnippetError
from shapesheet.guard import guarded
from shapesheet.observe import Observer, at
from shapesheet.probe import PROBE, UnreachableCommentError, instrument
from shapesheet.subject import Built

if TYPE_CHECKING:
    import ast

    from shapesheet.expressions import Expression
    from shapesheet.reader import Reading
    from shapesheet.snippet import Snippet


def load(snippet: Snippet, reading: Reading) -> Built:
    """Run the snippet's file.

    Raises:
        SnippetError: A shape comment stands where nothing is made, the file raises, or no
            sizes satisfy its conditions.
    """
    built = Built(snippet, reading, Observer(snippet.shown, reading.comments))
    module = types.ModuleType(_module_name(snippet))
    module.__dict__[PROBE] = built.probe
    module.__file__ = str(snippet.path)
    # Keras looks custom classes' modules up when it saves them.
    sys.modules[module.__name__] = module
    code = compile(_instrumented(snippet, reading), str(snippet.path), "exec", dont_inherit=True)
    backend.clear()
    with guarded(snippet):
        exec(code, module.__dict__)  # noqa: S102 - running the snippet is the purpose
    built.registered = backend.registered()
    built.builder = getattr(module, snippet.name)
    parameters = inspect.signature(built.builder).parameters
    built.defaults = {name: parameter.default for name, parameter in parameters.items()}
    built.others = tuple(sizes.choose(reading.contract, built.defaults, _expressions(reading)))
    _require_sizes(built)
    return built


def unload(snippet: Snippet) -> None:
    """Forget the snippet's file, through which all that it made is held."""
    sys.modules.pop(_module_name(snippet), None)


def _module_name(snippet: Snippet) -> str:
    return f"shapesheet_snippet_{snippet.family}_{snippet.name}"


def _instrumented(snippet: Snippet, reading: Reading) -> ast.Module:
    try:
        return instrument(reading.tree, reading.comments)
    except UnreachableCommentError as error:
        comment = error.comment
        message = f"the comment says {comment.text.strip()}, but nothing is made on its line"
        cure = "put it at the end of the line on which the call ends"
        raise SnippetError(snippet.shown, comment.line, message, cure) from None


def _expressions(reading: Reading) -> list[Expression]:
    shapes = [tensor.shape for tensor in reading.contract.tensors]
    shapes += [shape for comment in reading.comments for shape in comment.shapes]
    return [dimension for shape in shapes for dimension in shape.dimensions]


def _require_sizes(built: Built) -> None:
    contract, defaults = built.reading.contract, built.defaults
    for condition in contract.where:
        if not sizes.holds((condition,), defaults):
            message = f"the defaults do not keep {condition.text}{at(defaults)}"
            cure = "mend the condition, or the defaults; it may read whole numbers only"
            raise built.error(message, cure, contract.lines[condition.text])
    varies = any(sizes.is_size(value) for value in defaults.values()) or contract.values
    if not built.others and varies and not contract.heavy:
        message = "no other sizes keep the contract's conditions"
        cure = "loosen where:, or list values to try: height: 32, 48, 96"
        raise built.error(message, cure, contract.line)
