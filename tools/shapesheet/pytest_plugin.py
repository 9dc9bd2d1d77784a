"""The pytest plugin: one item for each check of each snippet, beside the claims.

``pytest snippets`` collects a snippet's checks from its file, its claims from
``test_<name>.py`` and its mistakes, the functions ``mistake_...`` that must raise, from there too.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shapesheet import backend, config, snippet
from shapesheet.claims import ERROR_PROPERTY, MISTAKE
from shapesheet.errors import SnippetError
from shapesheet.raised import reason

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

CONFIG = pytest.StashKey[config.Config]()
REGISTERED = pytest.StashKey[list[tuple[Any, Any]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Read the project's settings and prepare Keras's surroundings before tests import it."""
    config.stash[CONFIG] = project = _project(config)
    if not project.snippets.is_dir():
        return
    # Keras hands NumPy its tensors in the old way; NumPy warns, and no snippet can help it.
    config.addinivalue_line("filterwarnings", "ignore:__array__ implementation:DeprecationWarning")
    backend.prepare()


def _project(pytest_config: pytest.Config) -> config.Config:
    try:
        return config.load(pytest_config.rootpath)
    except SnippetError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a snippet's checks from its file."""
    project = parent.config.stash[CONFIG]
    folder = file_path.parent.parent
    if folder == project.snippets and snippet.is_snippet(file_path):
        return SnippetFile.from_parent(parent, path=file_path)
    return None


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> pytest.Item | None:
    """Collect the functions of a test file that must raise."""
    if _is_inside(collector) and name.startswith(MISTAKE) and callable(obj):
        return MistakeItem.from_parent(collector, name=name)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Undo what importing claims, and so their snippet, has changed, before the next import."""
    if not isinstance(collector, pytest.Module) or not _is_inside(collector):
        return (yield)
    backend.restore()
    _forget_snippets(collector.config.stash[CONFIG])
    try:
        return (yield)
    finally:
        collector.stash[REGISTERED] = backend.restore()


def _forget_snippets(project: config.Config) -> None:
    """Have the next import of a snippet run its file, so that whoever asks gets what it registers.

    Claims may compare several snippets, and pytest imports a snippet that it is given by name.
    """
    for name in snippet.modules(project):
        file = getattr(sys.modules[name], "__file__", None)
        if file and snippet.is_snippet(Path(file)):
            del sys.modules[name]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each claim fresh names and the same random numbers, whatever ran before."""
    if _is_inside(item) and not isinstance(item, CheckItem):
        module = item.getparent(pytest.Module)
        backend.clear(module.stash.get(REGISTERED, []) if module else [])


def _is_inside(node: pytest.Item | pytest.Collector) -> bool:
    return node.path.is_relative_to(node.config.stash[CONFIG].snippets)


class SnippetFile(pytest.File):
    """A snippet, whose items share one examination."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each check."""
        from shapesheet.check import CHECKS  # noqa: PLC0415 - collecting is fast without

        for name in CHECKS:
            yield CheckItem.from_parent(self, name=name)

    def setup(self) -> None:
        """Begin the examination that the items share."""
        from shapesheet.check import Examination  # noqa: PLC0415 - collecting is fast without

        project = self.config.stash[CONFIG]
        self.examination = Examination(snippet.at(project, self.path), project)

    def teardown(self) -> None:
        """End it: the models of all snippets together would not fit into memory."""
        self.examination.release()


class CheckItem(pytest.Item):
    """One check of one snippet."""

    def runtest(self) -> None:
        """Run the check.

        Raises:
            SnippetError: What the check found.
        """
        from shapesheet.check import BlockedError  # noqa: PLC0415 - collecting is fast without

        parent: Any = self.parent
        try:
            parent.examination.require(self.name)
        except BlockedError as error:
            pytest.skip(str(error))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401
        """Return the snippet's line and the cure; the tool's own frames help nobody."""
        if isinstance(excinfo.value, SnippetError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the snippet's path and the check's name."""
        return self.path, None, f"{self.path.stem}: {self.name}"


class MistakeItem(pytest.Function):
    """Wrong code that must raise; what it raises is shown beside it."""

    def runtest(self) -> None:
        """Run the wrong code and keep its error for the record."""
        try:
            super().runtest()
        except Exception as error:  # noqa: BLE001 - whatever it raises is what is shown
            self.user_properties.append((ERROR_PROPERTY, reason(error)))
        else:
            message = f"{self.name} raises nothing: it is no mistake any more, or a silent one"
            pytest.fail(message, pytrace=False)
