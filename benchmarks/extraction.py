"""Time to build and capture, and what is captured: `python -m benchmarks.extraction [--models 50] [--json]`.

A fixed random choice of models of timm, torchvision and transformers. Each method runs in a process of its own and
builds each model itself, as its users would: ours, torch.fx and torchview on the meta device, torch.export and
torchlens with the model in memory. A model that takes more than a minute counts as not captured. Times are medians over
the models that all methods captured.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import resource
import signal
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from nar import capture
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.registry import _library
from services.extractor.weightless import build_without_weights

_LIMIT = 60


@dataclass(frozen=True)
class Measurement:
    """What one method took: seconds by model, and the largest resident size of its process."""

    method: str
    models: int
    seconds: dict[str, float]
    peak_mib: float


def _built(name: str) -> BuiltModel:
    """The model in memory, with inputs of numbers."""
    library, _, short = name.partition("/")
    return _library(library).build(short)


def ours(name: str) -> None:
    """Tracing on the meta device, and the canonical graph."""
    from services.extractor.extract import ModelName, extract

    extract(ModelName(name))


def fx(name: str) -> None:
    """torch.fx: runs nothing, follows the Python code with symbols."""
    library, _, short = name.partition("/")
    built = build_without_weights(lambda: _library(library).build(short))
    torch.fx.symbolic_trace(built.module.eval(), concrete_args=None)


def export(name: str) -> None:
    """torch.export of the model in memory."""
    built = _built(name)
    with torch.no_grad():
        torch.export.export(built.module.eval(), tuple(built.args), dict(built.kwargs))


def view(name: str) -> None:
    """torchview, which runs on the meta device as well."""
    library, _, short = name.partition("/")
    built = build_without_weights(lambda: _library(library).build(short))
    data: Any = dict(built.kwargs) if built.kwargs else list(built.args)
    importlib.import_module("torchview").draw_graph(built.module, input_data=data, device="meta", save_graph=False)


def lens(name: str) -> None:
    """torchlens of the model in memory."""
    built = _built(name)
    importlib.import_module("torchlens").log_forward_pass(
        built.module.eval(), list(built.args), dict(built.kwargs), layers_to_save="none"
    )


METHODS: dict[str, Callable[[str], None]] = {
    "nar": ours,
    "torch.fx": fx,
    "torch.export": export,
    "torchview": view,
    "torchlens": lens,
}


def measure(method: str, names: Sequence[str]) -> Measurement:
    """Captures the models in this process; those that fail are left out."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    seconds = {}
    for name in names:
        begin = time.perf_counter()
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(_LIMIT)
        try:
            METHODS[method](name)
            seconds[name] = time.perf_counter() - begin
        except Exception:  # noqa: BLE001, S110 - whatever a peer raises, it has not captured the model
            pass
        finally:
            signal.alarm(0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measurement(method, len(names), seconds, peak)


def _too_long(signum: int, frame: object) -> None:
    raise TimeoutError


def table(measurements: Sequence[Measurement]) -> Table:
    """One row a method, with its median time as a ratio to ours."""
    shared = set.intersection(*(set(own.seconds) for own in measurements if own.seconds))
    medians = {own.method: _median(own, shared) for own in measurements}
    result = Table("method", "captured", "share", f"median s ({len(shared)} models)", "times nar", "peak MiB")
    for own in measurements:
        time_, ratio = medians[own.method], medians[own.method] / medians["nar"]
        counts = (f"{len(own.seconds)} of {own.models}", f"{len(own.seconds) / own.models:.0%}")
        result.add_row(own.method, *counts, f"{time_:.3f}", f"{ratio:.1f}", f"{own.peak_mib:.0f}")
    return result


def _median(own: Measurement, shared: set[str]) -> float:
    times = [seconds for name, seconds in own.seconds.items() if name in shared]
    return statistics.median(times) if times else float("nan")


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=50, help="how many models")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args(arguments)
    names = capture.names(["timm/*", "torchvision/*", "transformers/*"], options.models)
    found = []
    for method in METHODS:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found.append(pool.apply(measure, (method, names)))
    if options.json:
        print(json.dumps([asdict(own) for own in found]))
    else:
        Console().print(table(found))


if __name__ == "__main__":
    main()
