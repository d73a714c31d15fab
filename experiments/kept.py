"""Vectors that were computed before are read from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse


def kept(file: Path, make: Callable[[], Any]) -> Any:
    """(N, D) what `make` gives; dense vectors in half precision, sparse ones as they are.

    Args:
        file: where they are kept, without a suffix.
        make: computes them where they are not kept yet.
    """
    dense, thin = _files(file)
    if dense.exists():
        return np.load(dense).astype(np.float32)
    if thin.exists():
        return sparse.load_npz(thin)
    found = make()
    file.parent.mkdir(parents=True, exist_ok=True)
    if sparse.issparse(found):
        unfinished = file.with_name("unfinished.npz")
        sparse.save_npz(unfinished, found)
        unfinished.replace(thin)
        return found
    halves = found.astype(np.float16)
    unfinished = file.with_name("unfinished.npy")
    np.save(unfinished, halves)
    unfinished.replace(dense)
    return halves.astype(np.float32)


def is_kept(file: Path) -> bool:
    """Whether `kept` would only read."""
    return any(own.exists() for own in _files(file))


def _files(file: Path) -> tuple[Path, Path]:
    return file.with_suffix(".npy"), file.with_suffix(".npz")
