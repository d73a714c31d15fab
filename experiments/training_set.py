"""Makes a training set: the decompositions of all models that installed libraries name, one file a distinct graph.

Run: python -m experiments.training_set FOLDER [PATTERN ...]        (default patterns: timm/* torchvision/* transformers/*)

Resumable: a model that was seen before is not built again. Failures go to FOLDER/failures.tsv with their reason.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.progress import track

from nar.codec import architecture_to_proto, decomposition_to_proto
from nar.errors import NarError
from nar.v1 import architecture_pb2

PATTERNS = ("timm/*", "torchvision/*", "transformers/*")
# Larger graphs take long and say little more.
_MAX_OPS = 20_000


def record(name: str, folder: Path) -> str:
    """Extracts and mines one model; returns why it failed, "" where it did not."""
    from services.extractor.extract import extract_name
    from services.motif_miner import mine

    done = folder / "seen" / hashlib.sha256(name.encode()).hexdigest()[:16]
    if done.exists():
        return done.read_text()
    try:
        found = extract_name(name)
        if len(found.graph) > _MAX_OPS:
            return f"{len(found.graph)} ops"
        decomposition = decomposition_to_proto(mine(found.graph)).SerializeToString()
        head = architecture_to_proto(found.architecture).SerializeToString()
        path = folder / f"{found.architecture.fingerprint.exact}.rec"
        if not path.exists():
            path.with_suffix(".tmp").write_bytes(len(head).to_bytes(4, "big") + head + decomposition)
            path.with_suffix(".tmp").rename(path)
        reason = ""
    except NarError as error:
        reason = str(error)
    done.write_text(reason)
    return reason


def read(folder: Path) -> Iterator[tuple[architecture_pb2.Architecture, bytes]]:
    """Metadata and serialized decomposition of every record, in the order of the file names."""
    for path in sorted(folder.glob("*.rec")):
        data = path.read_bytes()
        size = int.from_bytes(data[:4], "big")
        yield architecture_pb2.Architecture.FromString(data[4 : 4 + size]), data[4 + size :]


def _job(item: tuple[str, str]) -> tuple[str, str]:
    name, folder = item
    return name, record(name, Path(folder))


def main(folder: Path, patterns: tuple[str, ...]) -> None:
    """Makes the set with one process a core."""
    from services.extractor import libraries

    (folder / "seen").mkdir(parents=True, exist_ok=True)
    names = [name for pattern in patterns for name in libraries.names(pattern)]
    jobs = [(name, str(folder)) for name in names]
    context = multiprocessing.get_context("spawn")
    with context.Pool(os.cpu_count(), maxtasksperchild=200) as pool:
        results = list(track(pool.imap_unordered(_job, jobs, chunksize=8), total=len(jobs)))
    failures = sorted((name, reason) for name, reason in results if reason)
    (folder / "failures.tsv").write_text("".join(f"{name}\t{reason}\n" for name, reason in failures))
    print(f"{len(names)} models, {len(failures)} failures, {len(list(folder.glob('*.rec')))} distinct graphs")


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or PATTERNS)
