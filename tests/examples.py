"""Projects on disk for the tests: snippets, their records and their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from shapesheet import config as configuration
from shapesheet import record as records
from shapesheet import snippet as snippets
from shapesheet.record import Claim, Failure, Head, Layer, Mistake, Record, Tensor

if TYPE_CHECKING:
    from pathlib import Path

    from shapesheet.config import Config

KEY = "dense/binary_classifier"
RECORD = Record(
    snippet=KEY,
    digest="0123456789abcdef",
    versions={"keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.4.6", "backend": "tensorflow"},
    summary="Classify feature vectors into two classes.",
    defaults={"num_features": "30"},
    tensors=(
        Tensor("input", "", "(batch, num_features)", "(batch, 30)", "float", ""),
        Tensor("output", "", "(batch, 1)", "(batch, 1)", "float", "in [0, 1]"),
        Tensor("target", "", "(batch, 1)", "(batch, 1)", "float", "{0, 1}"),
    ),
    layers=(
        Layer("dense", "Dense", "(batch, 32)", "(batch, 32)", 992, 992, "30·32 + 32", 960),
        Layer("dense_1", "Dense", "(batch, 1)", "(batch, 1)", 33, 33, "32·1 + 1", 32),
    ),
    parameters=1025,
    trainable=1025,
    weight_bytes=4100,
    multiply_adds=992,
    heads=(Head("", "Dense(1)", "sigmoid", "binary_crossentropy", ("accuracy",)),),
    claims=(
        Claim("test_one_number_a_sample", "The output is one number for each sample."),
        Claim("test_it_is_a_probability", "Every output lies in `[0, 1]`."),
    ),
    mistakes=(
        Mistake(
            "two_targets",
            "The target has one column, not two.",
            "model.fit(x, y_one_hot)",
            "ValueError: shapes (batch, 2) and (batch, 1) differ",
        ),
    ),
)
FAILURE = Failure("snippets/dense/binary_classifier.py", 22, "it is wrong", "mend it", "shapes")
SOURCE = '"""Say what it does."""\n'
PAGE = """---
task: binary classification
fits: {vectors: first}
---
# Binary classifier

<!-- shapesheet: facts dense/binary_classifier -->
<!-- /shapesheet -->

```python
--8<-- "dense/binary_classifier.py"
```
"""
SETTINGS = '[tool.shapesheet]\nmodalities = ["vectors", "images"]\n'


def project(folder: Path, settings: str = SETTINGS) -> Config:
    """Make a project with one snippet, its fresh record and its unwritten page."""
    put(folder / "pyproject.toml", settings)
    put(folder / "snippets/dense/binary_classifier.py", SOURCE)
    put(folder / "snippets/dense/test_binary_classifier.py", "")
    put(folder / "docs/en/dense/binary-classifier.md", PAGE)
    config = configuration.load(folder)
    check(config)
    return config


def add_snippet(config: Config, key: str) -> None:
    """Add a snippet with its fresh record and its page."""
    name = key.rpartition("/")[2]
    put(config.snippets / f"{key}.py", SOURCE)
    page = PAGE.replace(KEY, key).replace("# Binary classifier", f"# The {name}")
    put(config.pages / f"{key}.md", page)
    check(config, key)


def check(config: Config, key: str = KEY, record: Record = RECORD) -> None:
    """Write a fresh record of a snippet, as checking it would."""
    (snippet,) = snippets.select(config, [key])
    fresh = replace(record, snippet=key, digest=snippets.digest(snippet, config))
    records.write(config.records, fresh)


def put(path: Path, text: str) -> Path:
    """Write a file as it is, newlines included, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path
