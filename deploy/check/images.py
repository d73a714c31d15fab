"""Every image of a manifest is one that `make images` builds at this version, or a pinned one of others."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache

from deploy.check.objects import Object, name, of_kind, pods
from deploy.check.rendering import ROOT

VARIANTS = {"embedder": ("cpu", "cuda")}
"""Images that are built more than once, with a suffix to the version."""

OLDEST = {"redis": (8, 6, 3), "milvusdb/milvus": (2, 6, 10)}
"""Images of others, and the oldest version without known holes."""


def image_problems(objects: Sequence[Object]) -> Iterator[str]:
    """Images that are not built, not pinned, or too old."""
    for pod in pods(objects):
        for container in pod.containers:
            yield from (f"{pod.name}: {text}" for text in _problems(container["image"]))
    for thing in of_kind(objects, "Milvus"):
        yield from (f"{name(thing)}: {text}" for text in _problems(thing["spec"]["components"]["image"]))


def built() -> set[str]:
    """The images that the Dockerfiles make, as name:version."""
    services = [path.stem.removesuffix(".Dockerfile") for path in (ROOT / "deploy" / "docker").glob("*.Dockerfile")]
    found = set()
    for service in services:
        suffixes = [f"-{variant}" for variant in VARIANTS.get(service, ())] or [""]
        found |= {f"nar/{service}:{_version()}{suffix}" for suffix in suffixes}
    return found - {f"nar/base:{_version()}"}


def _problems(image: str) -> Iterator[str]:
    repository, _, tag = image.rpartition(":")
    if repository in OLDEST:
        numbers = tuple(int(part) for part in tag.removeprefix("v").split("-")[0].split("."))
        if numbers < OLDEST[repository]:
            yield f"{image} is older than {'.'.join(map(str, OLDEST[repository]))}"
    elif image not in built():
        yield f"no Dockerfile makes {image}"


@cache
def _version() -> str:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return version
