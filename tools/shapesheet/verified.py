"""Say in words with which backends a snippet was verified, and how closely they agree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from shapesheet import markup
from shapesheet.backends import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapesheet.ports import Port
    from shapesheet.record import Record


def sentences(record: Record, ports: Sequence[Port]) -> str:
    """Return the backends that were run, with versions, and why others can't be.

    Args:
        record: What was found on TensorFlow.
        ports: What was found on the others, as far as it still holds.
    """
    ran = [port for port in ports if not port.impossible]
    names = [_version(each) for each in (record.versions, *(port.versions for port in ran))]
    keras = f"Verified with Keras {record.versions.get('keras', '')}"
    said = markup.text(keras + (f" on {_listed(names)}" if all(names) else ""))
    reasons = (_reason(port) for port in ports if port.impossible)
    return " ".join([f"{said}{_agreement(ran)}.", *reasons])


def _version(versions: Mapping[str, str]) -> str:
    backend = versions.get("backend", "")
    return f"{NAMES.get(backend, backend)} {versions.get(backend, '')}".strip()


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _agreement(ran: Iterable[Port]) -> str:
    known = [port.difference for port in ran if port.difference is not None]
    if not known:
        return ""
    share = format(Decimal(str(max(known))), "f")
    return f"; with the same weights, no output differs by more than {share} of the largest"


def _reason(port: Port) -> str:
    name = NAMES[port.backend]
    return f"{name} can't run it: {markup.text(port.impossible.removesuffix('.'))}."
