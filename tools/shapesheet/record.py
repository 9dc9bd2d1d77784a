"""What was measured of one snippet: records, their JSON and their digest."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shapesheet.distributions import installed
from shapesheet.errors import SnippetError, printable
from shapesheet.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = 1
LIBRARIES = ("keras", "numpy")
BACKEND = "tensorflow"
# A check must take this many times as long, or as short, before its time is written anew.
STEADY = 2.0
CHECKING_CODE = (
    "attentions.py",
    "backend.py",
    "backends.py",
    "build.py",
    "calls.py",
    "check.py",
    "claims.py",
    "config.py",
    "contract.py",
    "costs.py",
    "distributions.py",
    "domains.py",
    "endings.py",
    "errors.py",
    "expressions.py",
    "files.py",
    "formulas.py",
    "grammar.py",
    "guard.py",
    "heads.py",
    "isolation.py",
    "last_layer.py",
    "limits.py",
    "loading.py",
    "matching.py",
    "measure.py",
    "observe.py",
    "portability.py",
    "probe.py",
    "process.py",
    "products.py",
    "pytest_plugin.py",
    "raised.py",
    "reader.py",
    "record.py",
    "recurrences.py",
    "running.py",
    "samples.py",
    "saving.py",
    "shapes.py",
    "sizes.py",
    "snippet.py",
    "source.py",
    "state.py",
    "subject.py",
    "table.py",
    "testing.py",
    "toml_files.py",
    "training.py",
    "worker.py",
)


class Tensor(msgspec.Struct, frozen=True):
    """An input, output or target, as the contract states it and at the defaults.

    Attributes:
        role: ``input``, ``output`` or ``target``.
        name: The name that the contract gives, empty when there is one of its role.
        symbolic: The shape as written: ``(batch, num_features)``.
        shape: The shape at the defaults: ``(batch, 30)``.
        dtype: ``float`` or ``int``.
        domain: The domain as written, empty for real numbers.
    """

    role: str
    name: str
    symbolic: str
    shape: str
    dtype: str
    domain: str


class Layer(msgspec.Struct, frozen=True):
    """One row of the layer table.

    Attributes:
        name: The layer's name; inside a nested model ``outer/inner``.
        kind: Its class: ``Dense``, ``Bidirectional(LSTM)``.
        shape: Its output shape at the defaults: ``(batch, 32)``; several outputs or calls
            are joined with commas.
        symbolic: The shape comment of its line, empty when it has none.
        parameters: All its weights' elements, zero when a row above has counted them.
        trainable: Those of ``parameters`` that training changes.
        arithmetic: How its configuration gives them: ``30·32 + 32``; empty for none.
        multiply_adds: Of its matrix products and convolutions for one sample; ``None`` when
            they can't be told.
    """

    name: str
    kind: str
    shape: str
    symbolic: str
    parameters: int
    trainable: int
    arithmetic: str
    multiply_adds: int | None


class Head(msgspec.Struct, frozen=True):
    """An output's last layer and the loss that it is trained with.

    Attributes:
        output: The output's name in the contract, empty when there is one.
        layer: The last layer's class and units: ``Dense(1)``.
        activation: ``sigmoid``, ``softmax``, ``linear`` …
        loss: Keras's name, ``binary_crossentropy``; empty when the model has none.
        metrics: Keras's names of the metrics.
    """

    output: str
    layer: str
    activation: str
    loss: str
    metrics: tuple[str, ...]


class Claim(msgspec.Struct, frozen=True):
    """A test of ``test_<name>.py``: its name and, in one sentence, what it shows."""

    name: str
    text: str


class Mistake(msgspec.Struct, frozen=True):
    """Wrong code and what it raised when it was run.

    Attributes:
        name: The function that holds it.
        text: What is wrong and what to write, from the function's docstring.
        code: The wrong code.
        error: The exact exception: ``ValueError: …``.
    """

    name: str
    text: str
    code: str
    error: str


class Check(msgspec.Struct, frozen=True):
    """One of the checks: its name, and why it was left out when it was."""

    name: str
    left_out: str = ""


class Failure(msgspec.Struct, frozen=True):
    """A ``SnippetError`` as it is kept in a record."""

    path: str
    line: int
    message: str
    cure: str
    check: str
    column: int = 0


class Record(msgspec.Struct, frozen=True):
    """What one run of the checks measured of one snippet.

    A record with ``failures`` carries none of the facts below ``failures``.

    Attributes:
        snippet: ``family/name``.
        digest: Of all that the facts depend on; see ``digest``.
        versions: Of the libraries, and the backend under ``backend``.
        failures: What is to be mended; empty when every check passed.
        summary: The first line of the snippet's docstring.
        defaults: The builder's parameters at their defaults, as Python writes them.
        sizes: The parameters of the other builds.
        weight_bytes: Memory of all weights in bytes.
        multiply_adds: Total for one sample, ``None`` when a layer's can't be told.
        heavy: The contract's reason for building it only once, empty for none.
        random: Whether two passes over the same input differ.
        seconds: How long the checks took, in whole tenths; see ``steady``.
    """

    snippet: str
    digest: str
    versions: dict[str, str]
    failures: tuple[Failure, ...] = ()
    summary: str = ""
    defaults: dict[str, str] = msgspec.field(default_factory=dict)
    sizes: tuple[dict[str, str], ...] = ()
    tensors: tuple[Tensor, ...] = ()
    layers: tuple[Layer, ...] = ()
    parameters: int = 0
    trainable: int = 0
    weight_bytes: int = 0
    multiply_adds: int | None = None
    heads: tuple[Head, ...] = ()
    heavy: str = ""
    random: bool = False
    checks: tuple[Check, ...] = ()
    claims: tuple[Claim, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    seconds: float = 0.0
    format: int = FORMAT


class _Version(msgspec.Struct):
    format: int


def dumps(record: Record) -> str:
    """Return the record as JSON: one fact a line, so that a change of one is one line's change."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


def loads(text: str, path: Path | str) -> Record:
    """Return the record in ``text``, the content of ``path``.

    Raises:
        SnippetError: It is not JSON, lacks a fact, or is of another version of the format.
    """
    cure = "run: shapesheet check"
    try:
        found = msgspec.json.decode(text, type=_Version).format
        if found != FORMAT:
            message = f"this record has format {found}, this shapesheet writes {FORMAT}"
            newer = "install the shapesheet that wrote it, or write it anew: shapesheet check"
            raise SnippetError(path, 0, message, newer if found > FORMAT else cure)
        return msgspec.json.decode(text, type=Record)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SnippetError(path, 0, f"this is no record: {error}", cure) from error


def record_path(folder: Path, snippet: str) -> Path:
    """Return where the record of ``family/name`` lies in ``folder``."""
    return folder / f"{snippet}.json"


def read(folder: Path, snippet: str) -> Record | None:
    """Return the record of ``family/name``, or ``None`` when it was never checked.

    Raises:
        SnippetError: The file is no record, or can't be read.
    """
    path = record_path(folder, snippet)
    try:
        return loads(path.read_text(encoding="utf-8"), path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SnippetError(
            path, 0, f"this record can't be read: {error}", "mend the file"
        ) from error


def write(folder: Path, record: Record) -> None:
    """Write the record, whole or not at all.

    Raises:
        SnippetError: The folder can't be written, or a name in the record is no text.
    """
    path = record_path(folder, record.snippet)
    try:
        content = dumps(record).encode()
    except UnicodeEncodeError as error:
        message = f"this record can't be written: {printable(str(error))}"
        raise SnippetError(path, 0, message, "choose names that UTF-8 can write") from error
    write_atomically(path, content)


def steady(known: float, seconds: float) -> float:
    """Return the time to keep in a record, in seconds.

    It serves to share the work out, for which the time that is ``known`` does as well as one
    that differs a little; a record that changes with every run would be noise in its history.
    """
    if known / STEADY <= seconds <= known * STEADY:
        return known
    return max(round(seconds, 1), 0.1)


def versions(backend: str = BACKEND) -> dict[str, str]:
    """Return the backend and the versions of the libraries that the facts come from."""
    return {"backend": backend, "keras": installed("keras"), backend: installed(backend)}


def digest(sources: Iterable[bytes], backend: str = BACKEND) -> str:
    """Return the digest of ``sources``, the installed libraries and the checking code.

    It is computed without importing Keras. Python's own version is left out on purpose:
    the facts do not depend on it, and a record written on 3.11 is as good on 3.13.
    """
    total = hashlib.sha256(_surroundings(backend))
    for source in sources:
        total.update(hashlib.sha256(source).digest())
    return total.hexdigest()[:16]


@cache
def _surroundings(backend: str) -> bytes:
    total = hashlib.sha256(f"{backend}\n".encode())
    for name in (*LIBRARIES, backend):
        total.update(f"{name}=={installed(name)}\n".encode())
    for name in CHECKING_CODE:
        total.update((Path(__file__).parent / name).read_bytes())
    return total.digest()
