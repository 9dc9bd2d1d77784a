"""Snippets for the tests of the checks: a small one that passes, and ways to break it."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from shapesheet import config as configuration
from shapesheet import snippet as snippets
from shapesheet.check import Examination
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from shapesheet.config import Config
    from shapesheet.snippet import Snippet

TOOL = Path(sys.executable).with_name("shapesheet")
# What a run has in its environment, and so all that it starts.
MARK = "SHAPESHEET_TEST"
KEY = "dense/toy"
SHOWN = "snippets/dense/toy.py"
PAGE = """# Toy

<!-- shapesheet: facts dense/toy -->
<!-- /shapesheet -->

```python
--8<-- "dense/toy.py"
```

<!-- shapesheet: layers dense/toy -->
<!-- /shapesheet -->
"""
TEST = '''
def test_nothing():
    """It is as it is."""
    assert __name__
'''
HEADER = '''\
"""Say what it does."""

import keras
from keras import layers, ops


'''
CONTRACT = """\
input: (batch, size)
output: (batch, 1) in [0, 1]
target: (batch, 1) in {0, 1}
"""
BODY = """\
model = keras.Sequential(
    [
        keras.Input((size,)),
        layers.Dense(4, activation="relu"),  # (batch, 4)
        layers.Dense(1, activation="sigmoid"),  # (batch, 1)
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", run_eagerly=True)
return model
"""


def source(
    body: str = BODY,
    contract: str = CONTRACT,
    parameters: str = "size: int = 5",
    above: str = "",
    below: str = "",
) -> str:
    """Return a snippet made of a contract and a builder's body.

    The builder stands at line 7, where nothing is above it; its contract begins at line 11.
    """
    lines = [
        f"def toy({parameters}) -> keras.Model:",
        '    """Return a model.',
        "",
        "    Shapes:",
        textwrap.indent(textwrap.dedent(contract).strip("\n"), " " * 8),
        '    """',
        textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 4),
    ]
    text = HEADER + (f"{textwrap.dedent(above).strip()}\n\n\n" if above else "")
    return text + "\n".join(lines) + "\n" + (f"\n\n{textwrap.dedent(below)}" if below else "")


def line_of(text: str, part: str) -> int:
    """Return the number of the first line that has ``part``."""
    return next(number for number, line in enumerate(text.split("\n"), 1) if part in line)


def snippet(folder: Path, text: str, test: str = TEST, key: str = KEY) -> tuple[Snippet, Config]:
    """Write a snippet and its claims; return it with its project."""
    path = folder / "snippets" / f"{key}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    path.with_name(f"test_{path.name}").write_text(test)
    (folder / "pyproject.toml").write_text("[tool.shapesheet]\n")
    config = configuration.load(folder)
    return snippets.at(config, path), config


def examination(folder: Path, text: str, test: str = TEST) -> Examination:
    """Return the examination of a snippet."""
    return Examination(*snippet(folder, text, test))


def failures(folder: Path, text: str, check: str) -> str:
    """Return what one check, and those that it needs, find: ``path:line: message``, or nothing."""
    under = examination(folder, text)
    try:
        under.require(check)
    except SnippetError as error:
        return f"{error.place}: {error.message}"
    finally:
        under.release()
    return ""


def named(text: str, name: str) -> str:
    """Return a snippet's text with a builder of another name."""
    return text.replace("def toy(", f"def {name}(")


def running(mark: str) -> list[Path]:
    """Return the processes that have ``mark`` in their environment, as ``/proc`` has them."""
    wanted = f"{MARK}={mark}".encode()
    return [each for each in Path("/proc").glob("[0-9]*") if wanted in _environment(each)]


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:  # it is gone, or another's
        return b""
