"""Write single facts of a record, as tables show them in a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shapesheet import markup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapesheet.record import Record, Tensor

NOT_COUNTED = "not counted"
_ARROW = " → "


def flow(record: Record) -> str:
    """Return what goes in and what comes out, as the contract states it."""
    return _ARROW.join(
        ", ".join(_tensor(tensor) for tensor in record.tensors if tensor.role == role)
        for role in _roles(record)
    )


def flow_at_defaults(record: Record) -> str:
    """Return what goes in and out with the builder's defaults; empty when that says no more."""
    sizes = {tensor.symbolic: tensor.shape for tensor in record.tensors if tensor.role != "target"}
    if all(symbolic == shape for symbolic, shape in sizes.items()):
        return ""
    return _ARROW.join(
        ", ".join(_named(tensor, tensor.shape) for tensor in record.tensors if tensor.role == role)
        for role in _roles(record)
    )


def _roles(record: Record) -> list[str]:
    found = {tensor.role for tensor in record.tensors}
    return [role for role in ("input", "output") if role in found]


def target(record: Record) -> str:
    """Return what the model is trained on."""
    return ", ".join(_tensor(tensor) for tensor in record.tensors if tensor.role == "target")


def _tensor(tensor: Tensor) -> str:
    words = [tensor.symbolic]
    if tensor.dtype not in ("", "float"):
        words.append(tensor.dtype)
    stated = _named(tensor, " ".join(words))
    domain = tensor.domain.removeprefix("in ")
    if domain.startswith(("[", "(", "{")):
        return f"{stated} in {markup.code(domain)}"
    return f"{stated} {markup.text(domain)}".strip()


def _named(tensor: Tensor, shape: str) -> str:
    return f"{markup.text(tensor.name)} {markup.code(shape)}".strip()


def multiply_adds(record: Record) -> str:
    """Return the multiply-adds for one sample."""
    return counted(record.multiply_adds)


def counted(value: int | None) -> str:
    """Return a count, or that there is none."""
    return NOT_COUNTED if value is None else markup.number(value)


def last_layer(record: Record) -> str:
    """Return the last layer and activation of each output."""
    heads = [
        f"{markup.text(head.output)} {markup.code(head.layer)}".strip()
        + (f" with {markup.code(head.activation)}" if head.activation else "")
        for head in record.heads
    ]
    return ", ".join(heads)


def in_general(record: Record) -> list[str]:
    """Return the last layers with the parameter that gives their units: ``Dense(num_classes)``."""
    outputs = [tensor for tensor in record.tensors if tensor.role == "output"]
    layers = []
    for head, tensor in zip(record.heads, outputs, strict=False):
        size, name = (_last_size(shape) for shape in (tensor.shape, tensor.symbolic))
        layers.append(markup.code(head.layer.replace(f"({size})", f"({name})")))
    return layers


def _last_size(shape: str) -> str:
    return shape.strip("()").rstrip(",").rpartition(",")[2].strip()


def loss(record: Record) -> str:
    """Return the losses, each once."""
    return _once(head.loss for head in record.heads)


def activation(record: Record) -> str:
    """Return the activations of the last layers, each once."""
    return _once(head.activation for head in record.heads)


def metrics(record: Record) -> str:
    """Return the metrics, each once."""
    return _once(metric for head in record.heads for metric in head.metrics)


def _once(names: Iterable[str]) -> str:
    return ", ".join(markup.code(name) for name in dict.fromkeys(names) if name)
