"""The vectors of a starter index: with them, a data set is searchable without embedding anything.

One Parquet file, one row a vector, that plain pyarrow reads; vectors are kept in half precision, which changes a cosine
similarity by less than 0.001.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nar.errors import FailedPrecondition

_VERSION = b"model_version"


@dataclass(frozen=True)
class StarterVectors:
    """(N, D) unit vectors of N graphs, by their exact fingerprints, and the model version that made them."""

    model_version: str
    exact: Sequence[str]
    vectors: NDArray[np.float32]


def write(path: Path, starter: StarterVectors) -> None:
    """Writes the vectors to `path`, which appears when it is whole."""
    halves = pa.array(starter.vectors.astype(np.float16).ravel())
    column = pa.FixedSizeListArray.from_arrays(halves, starter.vectors.shape[1])
    table = pa.table({"exact": pa.array(list(starter.exact)), "vector": column})
    unfinished = path.with_suffix(".tmp")
    pq.write_table(table.replace_schema_metadata({_VERSION: starter.model_version.encode()}), unfinished)
    unfinished.replace(path)


def read(path: Path) -> StarterVectors:
    """The vectors of a file.

    Raises:
        FailedPrecondition: it is missing, damaged or something else.
    """
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise FailedPrecondition(f"{path} cannot be read: {error}") from error
    version = (table.schema.metadata or {}).get(_VERSION)
    kind = table.schema.field("vector").type if "vector" in table.column_names else None
    if version is None or not pa.types.is_fixed_size_list(kind) or "exact" not in table.column_names:
        raise FailedPrecondition(f"{path} holds no vectors of a starter index: make it with `nar corpus embed`")
    column = table["vector"].combine_chunks()
    halves = column.flatten().to_numpy(zero_copy_only=False)
    vectors = halves.reshape(len(table), column.type.list_size).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and lengths.all()):
        raise FailedPrecondition(f"{path} holds vectors without a direction: make it anew with `nar corpus embed`")
    return StarterVectors(version.decode(), table["exact"].to_pylist(), vectors / lengths)
