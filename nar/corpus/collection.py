"""Collects real architectures: models of installed libraries, one file a distinct graph, resumable.

A folder holds graphs/EXACT.pb for each distinct graph, and for each name models/DIGEST.json with what became of it and
models/DIGEST.pb with its metadata, so that an interrupted collection goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from google.protobuf.message import DecodeError

from nar import codec
from nar.architecture import Architecture
from nar.errors import FailedPrecondition, LimitExceeded, NarError
from nar.graph import Graph
from nar.v1 import architecture_pb2, graph_pb2

MAX_OPS = 20_000
"""Larger graphs take long and say little more."""

MAX_SECONDS = 180
"""A model that takes longer is left out."""

_MODELS_PER_POOL = 400
_MAX_KILLED = 50
_PREFERRED = ("timm", "torchvision", "transformers")
_KILLED = "the process that captured it was killed"


@dataclass(frozen=True)
class Outcome:
    """What became of one model: the exact fingerprint of its graph, or why there is none."""

    name: str
    exact: str = ""
    reason: str = ""

    @property
    def library(self) -> str:
        """The library that defines it."""
        return self.name.partition("/")[0]


def collect(folder: Path, names: Sequence[str]) -> Iterator[Outcome]:
    """Captures the models `names` with one process a core; their outcomes, in this order.

    Raises:
        FailedPrecondition: many processes were killed, for want of memory most likely; one alone leaves its model out.

    """
    for part in ("graphs", "models"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    begin = killed = 0
    while begin < len(names):
        try:
            for outcome in _collected(folder, names[begin : begin + _MODELS_PER_POOL]):
                yield outcome
                begin += 1
        except BrokenProcessPool as error:
            # The model that it happened to has its note: the next pool leaves it out.
            killed += 1
            if killed > _MAX_KILLED:
                raise FailedPrecondition(f"{killed} processes were killed: give them more memory and go on") from error


def captured(folder: Path) -> list[Outcome]:
    """What became of every model that was tried so far, by name."""
    notes = (folder / "models").glob("*.json")
    return sorted((Outcome(**json.loads(note.read_text())) for note in notes), key=lambda outcome: outcome.name)


def restore(folder: Path, records: Iterable[tuple[Architecture, Graph, tuple[str, ...]]]) -> list[str]:
    """Enters what an earlier data set holds as captured, so that it is not captured again; all names, sorted."""
    for part in ("graphs", "models"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    restored = []
    for architecture, graph, aliases in records:
        exact = architecture.fingerprint.exact
        _write(folder / "graphs" / f"{exact}.pb", codec.graph_to_proto(graph).SerializeToString())
        for name in (architecture.id, *aliases):
            _write(_metadata(folder, name), codec.architecture_to_proto(architecture).SerializeToString())
            _write(_note(folder, name), json.dumps(asdict(Outcome(name, exact=exact))).encode())
            restored.append(name)
    return sorted(restored)


def read(folder: Path, outcomes: Sequence[Outcome]) -> Iterator[tuple[Architecture, Graph, tuple[str, ...]]]:
    """The distinct graphs of `outcomes`, by name: metadata, graph, and the names of other models with the same graph.

    Of models with one graph that of the library that comes first in `_PREFERRED` stands for all, then by name. Families
    are joined as the table does now, whatever it did when a model was captured.

    Raises:
        FailedPrecondition: a file is missing or damaged.

    """
    from services.extractor.libraries.families import joined

    holders: dict[str, list[str]] = {}
    for outcome in sorted(outcomes, key=_preference):
        if outcome.exact:
            holders.setdefault(outcome.exact, []).append(outcome.name)
    for exact, (name, *others) in sorted(holders.items(), key=lambda item: item[1][0]):
        try:
            metadata = architecture_pb2.Architecture.FromString(_metadata(folder, name).read_bytes())
            graph = graph_pb2.Graph.FromString((folder / "graphs" / f"{exact}.pb").read_bytes())
        except (DecodeError, OSError) as error:
            raise FailedPrecondition(f"what {folder} holds of {name} is damaged ({error}): collect it again") from error
        architecture = codec.architecture_from_proto(metadata)
        family = joined(architecture.library, architecture.family)
        yield replace(architecture, family=family), codec.graph_from_proto(graph), tuple(others)


def _preference(outcome: Outcome) -> tuple[int, str]:
    place = _PREFERRED.index(outcome.library) if outcome.library in _PREFERRED else len(_PREFERRED)
    return place, outcome.name


def _collected(folder: Path, names: Sequence[str]) -> Iterator[Outcome]:
    """A few models in fresh processes: libraries keep what they built.

    The pool's own way to replace processes (max_tasks_per_child) comes to a stop in Python 3.11.
    """
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(partial(_capture, folder), names, chunksize=4)


def _capture(folder: Path, name: str) -> Outcome:
    """One model, unless it was captured before."""
    note = _note(folder, name)
    if note.exists():
        return Outcome(**json.loads(note.read_text()))
    _write(note, json.dumps(asdict(Outcome(name, reason=_KILLED))).encode())
    try:
        with _time_limit(MAX_SECONDS):
            outcome = Outcome(name, exact=_record(folder, name))
    except NarError as error:
        outcome = Outcome(name, reason=str(error))
    except Exception as error:  # noqa: BLE001
        # The outermost loop of a worker: one model must not end the collection of thousands.
        outcome = Outcome(name, reason=f"internal error: {type(error).__name__}: {error}")
    _write(note, json.dumps(asdict(outcome)).encode())
    return outcome


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    """LimitExceeded in the main thread after `seconds`."""

    def stop(signum: int, frame: object) -> None:
        raise LimitExceeded(f"extraction took more than {seconds} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _record(folder: Path, name: str) -> str:
    """Captures a model, keeps its metadata and graph; the exact fingerprint.

    Raises:
        FailedPrecondition: the graph is too large for a data set.

    """
    from services.extractor.extract import ModelName, extract

    found = extract(ModelName(name))
    if len(found.graph) > MAX_OPS:
        raise FailedPrecondition(f"{len(found.graph):,} ops are more than the {MAX_OPS:,} that a data set takes")
    exact = found.architecture.fingerprint.exact
    _write(_metadata(folder, name), codec.architecture_to_proto(found.architecture).SerializeToString())
    path = folder / "graphs" / f"{exact}.pb"
    if not path.exists():
        _write(path, codec.graph_to_proto(found.graph).SerializeToString())
    return exact


def _metadata(folder: Path, name: str) -> Path:
    """Where the metadata of a model lies."""
    return folder / "models" / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.pb"


def _note(folder: Path, name: str) -> Path:
    """Where it is noted what became of a model."""
    return _metadata(folder, name).with_suffix(".json")


def _write(path: Path, data: bytes) -> None:
    """Writes beside `path` and renames, so that nothing half-written is read."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(data)
    unfinished.replace(path)
