"""The processes that a measured program starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def with_descendants(pid: int) -> Iterator[int]:
    """A process and all that it, or what it started, has started and that still lives; by whichever thread."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in found:
            yield from with_descendants(int(child))
