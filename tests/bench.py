"""Measure the tool against the work that it cannot avoid, side by side in one run.

Every line is the median of ``--runs`` fresh processes. ``bare`` does for each snippet what no
checker can do without: four builds, two forward passes, a few eager training steps, a save and
a load, after one import of Keras; ``bare claims`` runs the claims with pytest alone.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from shapesheet import backend, config, reader, record, snippet
from shapesheet.running import BATCHES
from shapesheet.samples import draw
from shapesheet.training import STEPS

# The folder of the same name holds what this is growing into.
__path__ = [str(Path(__file__).with_suffix(""))]
ROOT = Path(__file__).parent.parent
TOOL = [str(Path(sys.executable).with_name("shapesheet"))]
SELF = [sys.executable, __file__]
CLAIMS = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


def bare(project: config.Config) -> None:
    """Do the unavoidable work of all snippets, and nothing else."""
    keras = backend.start()
    sys.path.insert(0, str(ROOT))
    for each in snippet.find(project):
        known = record.read(project.records, each.key)
        contract = reader.read(each, project).contract
        if known is None:
            sys.exit(f"{each.key} has no record: run make check first")
        keras.backend.clear_session()
        builder = getattr(importlib.import_module(f"snippets.{each.family}.{each.name}"), each.name)
        defaults = {name: ast.literal_eval(value) for name, value in known.defaults.items()}
        for sizes in known.sizes:
            builder(**{name: ast.literal_eval(value) for name, value in sizes.items()})
        model = builder(**defaults)
        for batch in BATCHES:
            model(arrays(contract.of("input"), defaults, batch), training=False)
        if contract.of("target"):
            train(model, contract, defaults)
        if not contract.heavy:
            save(keras, model)


def arrays(tensors: tuple[Any, ...], sizes: dict[str, Any], batch: int) -> Any:  # noqa: ANN401
    """Return random values of the tensors, alone or as a list."""
    made = [draw(tensor, sizes, batch, np.random.default_rng(0)) for tensor in tensors]
    return made[0] if len(made) == 1 else made


def train(model: Any, contract: Any, sizes: dict[str, Any]) -> None:  # noqa: ANN401
    """Take the training steps that a check takes."""
    model.run_eagerly = True
    inputs, targets = (arrays(contract.of(role), sizes, BATCHES[1]) for role in ("input", "target"))
    for _ in range(STEPS):
        model.train_on_batch(inputs, targets)


def save(keras: Any, model: Any) -> None:  # noqa: ANN401
    """Save the model and load it."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.keras")
        keras.saving.load_model(Path(folder) / "model.keras")


def checks(project: config.Config) -> None:
    """Run all checks of all snippets but the claims, which ``bare`` leaves out too."""
    check = importlib.import_module("shapesheet.check")
    for each in snippet.find(project):
        examination = check.Examination(each, project)
        for name in check.CHECKS:
            examination.require(name)


def seconds(command: list[str], runs: int) -> float:
    """Return the median time of fresh processes, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def compare(runs: int, project: config.Config) -> bool:
    """Print the table and return whether every goal is met."""
    files = [str(each.test_path) for each in snippet.find(project)]
    work, claims = seconds([*SELF, "--bare"], runs), seconds([*CLAIMS, *files], runs)
    checked = seconds([*SELF, "--checks"], runs)
    whole = seconds([*TOOL, "check"], runs)
    items = seconds([*CLAIMS, "snippets"], runs)
    start = seconds([sys.executable, "-c", "pass"], runs)
    rows = [
        ("checks, without claims / the bare work", checked, work, 1.5),
        ("shapesheet check / the bare work and the bare claims", whole, work + claims, 1.5),
        ("pytest snippets / shapesheet check", items, whole, 1.3),
    ]
    print(f"{'median of ' + str(runs):54} {'seconds':>9} {'beside':>9} {'ratio':>7} {'goal':>6}")
    for name, one, other, goal in rows:
        print(f"{name:54} {one:9.2f} {other:9.2f} {one / other:7.2f} {goal:6.2f}")
    fine = all(one / other <= goal for _, one, other, goal in rows)
    for name in ("status", "write"):
        took = seconds([*TOOL, name], max(runs, 5))
        print(
            f"{'shapesheet ' + name + ', nothing stale / python -c pass':54} "
            f"{took:9.2f} {start:9.2f} {took / start:7.2f}  0.5 s"
        )
        fine = fine and took <= 0.5
    return fine


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="processes a line")
    parser.add_argument("--bare", action="store_true", help="only do the bare work")
    parser.add_argument("--checks", action="store_true", help="only run the checks")
    options = parser.parse_args()
    project = config.load(ROOT)
    if options.bare:
        bare(project)
    elif options.checks:
        checks(project)
    elif not compare(options.runs, project):
        sys.exit("a goal is missed")


if __name__ == "__main__":
    main()
