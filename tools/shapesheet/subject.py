"""What the checks are made of: a snippet's file after it has run, and a model that it built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shapesheet.errors import SnippetError
from shapesheet.observe import at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shapesheet.observe import Observer
    from shapesheet.reader import Reading
    from shapesheet.snippet import Snippet


@dataclass(frozen=True)
class Subject:
    """A model under the checks.

    Attributes:
        model: The Keras model.
        inputs: Its symbolic inputs.
        outputs: Its symbolic outputs.
        output_names: Keras's names of the outputs, empty for a subclassed model's.
        parameters: What the builder was called with.
        observer: What was seen while it was built, and is seen while it runs.
    """

    model: Any
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    output_names: tuple[str, ...]
    parameters: Mapping[str, Any]
    observer: Observer


@dataclass
class Built:
    """A snippet's file after it has run.

    Attributes:
        snippet: Which one.
        reading: What it says.
        builder: The function that returns the model.
        observer: Whose turn it is to see what commented lines make.
        defaults: The builder's parameters at their defaults.
        others: The parameters of the other builds.
        registered: What running the file has registered with Keras, such as its own layers.
    """

    snippet: Snippet
    reading: Reading
    observer: Observer
    builder: Any = None
    defaults: dict[str, Any] = field(default_factory=dict)
    others: tuple[dict[str, Any], ...] = ()
    registered: list[tuple[Any, Any]] = field(default_factory=list)

    @property
    def line(self) -> int:
        """Return the builder's line, where errors of the whole model are shown."""
        return self.reading.builder.lineno

    def probe(self, number: int, made: Any, names: dict[str, Callable[[], Any]]) -> Any:  # noqa: ANN401
        """Let the observer whose turn it is note what a commented line made."""
        return self.observer.probe(number, made, names)

    def error(self, message: str, cure: str, line: int | None = None) -> SnippetError:
        """Return an error of the snippet, at its builder when no line is given."""
        return SnippetError(self.snippet.shown, self.line if line is None else line, message, cure)

    def at_sizes(self, error: SnippetError, parameters: Mapping[str, Any]) -> SnippetError:
        """Return an error with the sizes at which it was found, where these are no defaults."""
        if parameters == self.defaults:
            return error
        message = f"{error.message}{at(parameters)}"
        cure = f"{error.cure}; or bound the sizes in the contract: where: ..."
        return SnippetError(error.path, error.line, message, cure)
