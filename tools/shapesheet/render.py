"""Write one record as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapesheet import cells, markup, verified
from shapesheet.errors import SnippetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapesheet.ports import Port
    from shapesheet.record import Layer, Record


def facts(record: Record, ports: Sequence[Port] = ()) -> str:
    """Return the table of what a snippet is and costs, and what it was verified with."""
    rows = [(name, value) for name, value in _facts(record) if value]
    return f"{markup.table(('Fact', 'Measured'), rows)}\n\n{verified.sentences(record, ports)}"


def _facts(record: Record) -> Iterable[tuple[str, str]]:
    yield "Input → output", cells.flow(record)
    yield "At the defaults", cells.flow_at_defaults(record)
    if record.layers:
        yield "Parameters", _parameters(record)
        yield "Weight memory", markup.memory(record.weight_bytes)
        sample = "" if record.multiply_adds is None else " for one sample"
        yield "Multiply-adds", cells.multiply_adds(record) + sample
    yield "Last layer", cells.last_layer(record)
    yield "Loss", cells.loss(record)
    yield "Metrics", cells.metrics(record)
    yield "Target", cells.target(record)
    yield "Random", "two passes over the same input differ" if record.random else ""
    yield "Left out", _left_out(record)


def _parameters(record: Record) -> str:
    total = markup.number(record.parameters)
    if record.trainable == record.parameters:
        return total
    rest = markup.number(record.parameters - record.trainable)
    return f"{total}, of them {markup.number(record.trainable)} trainable and {rest} not"


def _left_out(record: Record) -> str:
    notes = [f"built only once: {markup.text(record.heavy)}"] if record.heavy else []
    notes += [
        f"{markup.text(check.name)}: {markup.text(check.left_out)}"
        for check in record.checks
        if check.left_out
    ]
    return "; ".join(notes)


def layers(record: Record) -> str:
    """Return the layer table and what its columns add up to.

    Raises:
        SnippetError: The column of the parameters does not add up to the model's, or the
            snippet is no model.
    """
    if not record.layers:
        message = f"{record.snippet} is no model and has no layers to show"
        raise SnippetError(record.snippet, 0, message, "delete the block")
    _judge_sum(record)
    header = ["Layer", "Output shape", "Parameters", "Arithmetic", "Multiply-adds"]
    rows = [_layer(layer) for layer in record.layers]
    total = ["**Total**", "", *map(_bold, _totals(record))]
    table = markup.table(header, [*rows, total], numbers=("Parameters", "Multiply-adds"))
    return f"{table}\n\n{_sentence(record)}"


def _layer(layer: Layer) -> list[str]:
    return [
        f"{markup.code(layer.name)} {markup.text(layer.kind)}",
        _shape(layer),
        markup.number(layer.parameters),
        _arithmetic(layer),
        cells.counted(layer.multiply_adds),
    ]


def _shape(layer: Layer) -> str:
    """Return the shape at the defaults, and below it how the parameters give it."""
    if layer.symbolic in ("", layer.shape):
        return markup.code(layer.shape)
    return f"{markup.code(layer.shape)}<br>{markup.code(layer.symbolic)}"


def _arithmetic(layer: Layer) -> str:
    total = markup.number(layer.parameters)
    if not layer.arithmetic or layer.arithmetic in (total, str(layer.parameters)):
        return ""
    return markup.code(f"{layer.arithmetic} = {total}" if layer.parameters else layer.arithmetic)


def _totals(record: Record) -> tuple[str, str, str]:
    return markup.number(record.parameters), "", cells.multiply_adds(record)


def _bold(cell: str) -> str:
    return f"**{cell}**" if cell else ""


def _judge_sum(record: Record) -> None:
    total = sum(layer.parameters for layer in record.layers)
    if total != record.parameters:
        message = (
            f"the layers of {record.snippet} add up to {markup.number(total)} parameters, "
            f"but found {markup.number(record.parameters)} in the model"
        )
        cure = f"measure it again: shapesheet check {record.snippet}"
        raise SnippetError(record.snippet, 0, message, cure)


def _sentence(record: Record) -> str:
    whole, trained = record.parameters, record.trainable
    memory = f"The weights take {markup.memory(record.weight_bytes)}."
    if not whole:
        return "The model has no parameters."
    if trained == whole:
        return f"All {markup.count(whole, 'parameter')} are trainable. {memory}"
    share = f"{markup.number(trained)} of {markup.count(whole, 'parameter')} are trainable"
    return f"{share}, {markup.number(whole - trained)} are not. {memory}"


def claims(record: Record) -> str:
    """Return the claims as a list, each with the name of its test."""
    if not record.claims:
        return "No claims."
    return "\n".join(
        f"- {markup.text(claim.text)} {markup.code(claim.name)}" for claim in record.claims
    )


def mistakes(record: Record) -> str:
    """Return what goes wrong in practice: each mistake, its code and what it raises.

    Raises:
        SnippetError: The record has none.
    """
    if not record.mistakes:
        message = f"{record.snippet} has no mistakes to show"
        raise SnippetError(record.snippet, 0, message, "delete the block")
    return "\n\n".join(
        "\n\n".join(
            (
                markup.text(mistake.text),
                markup.fence("python", mistake.code),
                markup.fence("text", mistake.error),
            )
        )
        for mistake in record.mistakes
    )
