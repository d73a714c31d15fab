"""Sources that stand for many, or lie elsewhere: list files, URLs of folders and buckets, repositories of the Hub.

What they need beside the client's own dependencies is imported when it is used.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from nar.errors import FailedPrecondition, UnsupportedSource

LIST_SUFFIX = ".txt"
HUB_PREFIX = "hf:"


def is_list(source: object) -> bool:
    """Whether a source is a text file of other sources."""
    return isinstance(source, (str, Path)) and str(source).endswith(LIST_SUFFIX) and Path(source).is_file()


def lines(path: Path) -> Iterator[str]:
    """The sources that a list file names, one a line; empty lines and what follows "#" are left out.

    Raises:
        UnsupportedSource: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                text = line.partition("#")[0].strip()
                if text:
                    yield text
    except (OSError, UnicodeDecodeError) as error:
        raise UnsupportedSource(f"the list {path} cannot be read: {error}") from error


def is_url(source: object) -> bool:
    """Whether a source is the URL of a folder or a bucket, such as s3://models/configs."""
    return isinstance(source, str) and "://" in source and not source.lstrip().startswith("{")


def files_of_url(url: str) -> Iterator[tuple[str, bytes]]:
    """Path below `url`, and content, of each .onnx and config.json file there, in alphabetical order.

    Raises:
        FailedPrecondition: fsspec, or its part for this kind of URL, is not installed.
        UnsupportedSource: it cannot be read, or holds no such file.
    """
    core = _required("fsspec.core", "fsspec", url)
    try:
        system, root = core.url_to_fs(url)
        paths = sorted(path for path in map(str, system.find(root)) if _is_model(path))
    except ImportError as error:
        raise FailedPrecondition(f"{url} needs a package that is not installed: {error}") from error
    except (OSError, ValueError) as error:
        raise UnsupportedSource(f"{url} cannot be read: {error}") from error
    if not paths:
        raise UnsupportedSource(f"{url} holds neither .onnx nor config.json files")
    for path in paths:
        try:
            yield path.removeprefix(str(root)).lstrip("/"), bytes(system.cat_file(path))
        except OSError as error:
            raise UnsupportedSource(f"{path} cannot be read: {error}") from error


def is_repository(source: object) -> bool:
    """Whether a source is a repository of the Hugging Face Hub: "hf:org/name"."""
    return isinstance(source, str) and source.startswith(HUB_PREFIX)


def repository_config(source: str) -> Path:
    """The config.json of a repository, and nothing else: from the cache of huggingface_hub, else from the network.

    Raises:
        FailedPrecondition: huggingface_hub is not installed.
        UnsupportedSource: there is no such repository, it has no config.json, or the network does not answer.
    """
    hub = _required("huggingface_hub", "huggingface_hub", source)
    try:
        return Path(hub.hf_hub_download(source.removeprefix(HUB_PREFIX), "config.json"))
    except (OSError, ValueError, hub.errors.HfHubHTTPError) as error:
        first = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise UnsupportedSource(f"{source}: its config.json cannot be had: {first}") from error


def _is_model(path: str) -> bool:
    return path.endswith(".onnx") or PurePosixPath(path).name == "config.json"


def _required(module: str, package: str, source: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise FailedPrecondition(f"{source} needs {package}: pip install {package}") from error
