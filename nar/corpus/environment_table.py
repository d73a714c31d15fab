"""Which libraries run in environments of their own, and what pip installs there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One environment.

    Attributes:
        libraries: those of `services.extractor.libraries` that are captured in it.
        requirements: all packages that it holds, for pip; nothing else is installed for them.
    """

    libraries: tuple[str, ...]
    requirements: tuple[str, ...]


ENVIRONMENTS: dict[str, Entry] = {
    "vit_pytorch": Entry(("vit_pytorch",), ("einops==0.8.1", "vit-pytorch==1.26.11")),
}
