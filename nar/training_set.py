"""A training set of the embedder: models of installed libraries, extracted and divided, one file a distinct graph.

A folder holds EXACT.rec for each graph (length of the metadata in 4 bytes, metadata, decomposition; both protobuf) and
seen/ with what became of each model, so that an interrupted collection goes on where it was.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from google.protobuf.message import DecodeError

from nar import codec
from nar.architecture import Architecture, Decomposition
from nar.errors import FailedPrecondition, NarError
from nar.v1 import architecture_pb2, motif_miner_pb2

MAX_OPS = 20_000
"""Larger graphs take long and say little more."""

_LENGTH_BYTES = 4
_MODELS_PER_POOL = 400
_MAX_KILLED = 50


def collect(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Adds the models `names` to the set with one process a core; each name with why it failed, "" where it did not.

    Raises:
        FailedPrecondition: many processes were killed, for want of memory most likely; one alone leaves its model out.

    """
    (folder / "seen").mkdir(parents=True, exist_ok=True)
    begin = killed = 0
    while begin < len(names):
        try:
            for result in _collected(folder, names[begin : begin + _MODELS_PER_POOL]):
                yield result
                begin += 1
        except BrokenProcessPool as error:
            # The model that it happened to has its note: the next pool leaves it out.
            killed += 1
            if killed > _MAX_KILLED:
                raise FailedPrecondition(f"{killed} processes were killed: give them more memory and go on") from error


def _collected(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Adds a few models in fresh processes: libraries keep what they built.

    The pool's own way to replace processes (max_tasks_per_child) comes to a stop in Python 3.11.
    """
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(partial(_add, folder), names, chunksize=4)


def read(folder: Path) -> Iterator[tuple[Architecture, Decomposition]]:
    """The graphs of a set, in the order of their fingerprints.

    Raises:
        FailedPrecondition: a file is damaged.

    """
    for path in sorted(folder.glob("*.rec")):
        data = path.read_bytes()
        end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "big")
        try:
            head = architecture_pb2.Architecture.FromString(data[_LENGTH_BYTES:end])
            body = motif_miner_pb2.Decomposition.FromString(data[end:])
        except DecodeError as error:
            raise FailedPrecondition(f"{path} is damaged: remove it and collect again") from error
        yield codec.architecture_from_proto(head), codec.decomposition_from_proto(body)


def _add(folder: Path, name: str) -> tuple[str, str]:
    """Adds one model, unless it was seen before."""
    seen = folder / "seen" / hashlib.sha256(name.encode()).hexdigest()[:16]
    if seen.exists():
        return name, seen.read_text()
    seen.write_text("the process that captured it was killed")
    try:
        reason = _record(folder, name)
    except NarError as error:
        reason = str(error)
    seen.write_text(reason)
    return name, reason


def _record(folder: Path, name: str) -> str:
    from services.extractor.extract import ModelName, extract
    from services.motif_miner import mine

    found = extract(ModelName(name))
    if len(found.graph) > MAX_OPS:
        return f"{len(found.graph):,} ops are more than the {MAX_OPS:,} that a training set takes"
    path = folder / f"{found.architecture.fingerprint.exact}.rec"
    if not path.exists():
        head = codec.architecture_to_proto(found.architecture).SerializeToString()
        body = codec.decomposition_to_proto(mine(found.graph)).SerializeToString()
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(len(head).to_bytes(_LENGTH_BYTES, "big") + head + body)
        unfinished.replace(path)
    return ""
