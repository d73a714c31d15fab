"""Time to build and capture, and what is captured: `python -m benchmarks.extraction [--models 50] [--json]`.

A fixed random choice of models of timm, torchvision and transformers below 500 million parameters. Each method runs in
a process of its own and builds each model itself, as its users would: ours, torch.fx and torchview on the meta device,
torch.export and torchlens with the model in memory; torchlens, which is far slower, gets one model in five. A model
that takes more than half a minute counts as not captured. A ratio is the median over the models that both methods
captured.
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
import resource
import signal
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from nar.corpus import parquet
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.registry import _library
from services.extractor.weightless import build_without_weights

_LIMIT = 30
_DATA = Path("data/corpus.parquet")
_LIBRARIES = ("timm", "torchvision", "transformers")
_MOST_PARAMS = 500_000_000


@dataclass(frozen=True)
class Measurement:
    """What one method took: seconds by model, and the largest resident size of its process."""

    method: str
    models: int
    seconds: dict[str, float]
    peak_mib: float


def choice(count: int) -> list[str]:
    """Models of the data set that fit into memory, the same ones each time."""
    fitting = [
        architecture.id
        for architecture, _, _ in parquet.read(_DATA)
        if architecture.library in _LIBRARIES and architecture.params < _MOST_PARAMS
    ]
    return random.Random(0).sample(sorted(fitting), count)


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
    importlib.import_module("torchlens").trace(
        built.module.eval(), list(built.args), dict(built.kwargs), save=lambda record: False
    )


# Each with n where it gets one model in n.
METHODS: dict[str, tuple[Callable[[str], None], int]] = {
    "nar": (ours, 1),
    "torch.fx": (fx, 1),
    "torch.export": (export, 1),
    "torchview": (view, 1),
    "torchlens": (lens, 5),
}


def measure(method: str, names: Sequence[str]) -> Measurement:
    """Captures the models in this process; those that fail are left out."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    seconds = {}
    capture_, every = METHODS[method]
    chosen = names[::every]
    for name in chosen:
        begin = time.perf_counter()
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(_LIMIT)
        try:
            capture_(name)
            seconds[name] = time.perf_counter() - begin
        except Exception:  # noqa: BLE001, S110 - whatever a peer raises, it has not captured the model
            pass
        finally:
            signal.alarm(0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measurement(method, len(chosen), seconds, peak)


def _too_long(signum: int, frame: object) -> None:
    raise TimeoutError


def table(measurements: Sequence[Measurement]) -> Table:
    """One row a method, with its time as a ratio to ours."""
    ours_ = next(own.seconds for own in measurements if own.method == "nar")
    result = Table("method", "captured", "share", "median s", "times nar", "peak MiB")
    for own in measurements:
        ratio = _median([seconds / ours_[name] for name, seconds in own.seconds.items() if name in ours_])
        counts = (f"{len(own.seconds)} of {own.models}", f"{len(own.seconds) / own.models:.0%}")
        times = (f"{_median(list(own.seconds.values())):.3f}", f"{ratio:.1f}")
        result.add_row(own.method, *counts, *times, f"{own.peak_mib:.0f}")
    return result


def _median(times: Sequence[float]) -> float:
    return statistics.median(times) if times else float("nan")


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=50, help="how many models")
    parser.add_argument("--method", choices=list(METHODS), help="measure this one in this process, and print JSON")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args(arguments)
    if options.method:
        print(json.dumps(asdict(measure(options.method, choice(options.models)))))
        return
    found = []
    for method in METHODS:
        # torchlens refuses to run in the children of multiprocessing.
        command = [sys.executable, "-m", "benchmarks.extraction", "--method", method, "--models", str(options.models)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
        found.append(Measurement(**json.loads(done.stdout.splitlines()[-1])))
    if options.json:
        print(json.dumps([asdict(own) for own in found]))
    else:
        Console().print(table(found))


if __name__ == "__main__":
    main()
