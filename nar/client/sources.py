"""From what a user names (a model's name, a file, bytes, a graph) to a ModelSource message, without weights."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from nar import codec, graph_json
from nar.client import listings
from nar.errors import LimitExceeded, UnsupportedSource
from nar.graph import Graph
from nar.onnx_weights import strip, strip_file
from nar.v1 import architecture_pb2

Source = str | Path | bytes | Graph
"""A model: its name ("timm/resnet50"), an ONNX file or config.json (path or content), a graph, or a repository of the
Hugging Face Hub ("hf:org/name"), of which only the config.json is read."""

MAX_CONFIG_BYTES = 1 << 20
MAX_JSON_BYTES = 512 << 20
_FILE_SUFFIXES = (".onnx", ".json")
_PATTERN_CHARACTERS = frozenset("*?[")
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9._\-/@:+]+")


@dataclass(frozen=True)
class Item:
    """One model to index.

    Attributes:
        source: the model.
        id: its id; an architecture of the same id is replaced. "": a file's path, a model's name, or the service's.
        labels: what to keep with it, over the labels of the whole job.
        family: overrides the family that is found.
        task: overrides the task that is found.

    """

    source: Source
    id: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    family: str = ""
    task: str = ""


def model_source(source: Source) -> architecture_pb2.ModelSource:
    """The message of `source`. A text is JSON when it starts with "{", a file when it is one, else a name.

    JSON is a graph that `nar.graph_json` wrote, or else a config.json.

    Raises:
        UnsupportedSource: a file cannot be read or is of a format that is not read.
        LimitExceeded: it is too large to be sent.

    """
    if isinstance(source, Graph):
        return architecture_pb2.ModelSource(graph=codec.graph_to_proto(source))
    if isinstance(source, str) and listings.is_repository(source):
        return config_source(listings.repository_config(source))
    if isinstance(source, bytes):
        return json_source(source.decode(errors="replace")) if source[:1] == b"{" else onnx_source(source)
    if isinstance(source, str) and is_json(source):
        return json_source(source)
    if isinstance(source, Path) or is_file(source):
        path = Path(source)
        return json_source(path) if path.suffix == ".json" else onnx_source(path)
    return architecture_pb2.ModelSource(name=source)


def is_file(text: str) -> bool:
    """Whether a text means a file: there is one of this path, or its suffix says so."""
    return text.endswith(_FILE_SUFFIXES) or Path(text).is_file()


def is_json(text: str) -> bool:
    """Whether a text is JSON, rather than a name or a path."""
    return text.lstrip().startswith("{")


def is_pattern(text: str) -> bool:
    """Whether a text is a shell-style pattern over model names."""
    return not _PATTERN_CHARACTERS.isdisjoint(text) and not is_file(text) and not is_json(text)


def onnx_source(onnx: str | Path | bytes) -> architecture_pb2.ModelSource:
    """The message of an ONNX file, by path or content, without its weights. Errors as in `model_source`."""
    stripped = strip(onnx) if isinstance(onnx, bytes) else strip_file(Path(onnx))
    return architecture_pb2.ModelSource(onnx=stripped)


def json_source(source: str | Path) -> architecture_pb2.ModelSource:
    """The message of a JSON file, by path or content. Errors as in `model_source`."""
    text = _read(source) if isinstance(source, Path) else source
    if graph_json.is_graph(text):
        return architecture_pb2.ModelSource(graph=codec.graph_to_proto(graph_json.loads(text)))
    return config_source(text)


def config_source(config: str | Path) -> architecture_pb2.ModelSource:
    """The message of a Hugging Face config.json, by path or content. Errors as in `model_source`."""
    text = config if isinstance(config, str) and is_json(config) else _read(Path(config))
    if len(text.encode()) > MAX_CONFIG_BYTES:
        raise LimitExceeded("the config.json is larger than 1 MiB: it cannot be sent")
    return architecture_pb2.ModelSource(config_json=text)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise LimitExceeded(f"{path} is larger than {MAX_JSON_BYTES >> 20} MiB: it cannot be sent")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnsupportedSource(f"{path} cannot be read: {error.strerror}", "source.config_json") from error
    except UnicodeDecodeError as error:
        raise UnsupportedSource(f"{path} is not a text file: {error.reason}", "source.config_json") from error


def expand(sources: Iterable[Source | Item]) -> Iterator[Item]:
    """The items of `sources`, one by one as they are read; the patterns of list files are left to `patterns`.

    A folder, or a URL of one, stands for its .onnx and config.json files, a list file for what it names. A file gets
    its path as id, a repository of the Hub its name.

    Raises:
        UnsupportedSource: a folder holds no models, or something cannot be read.
    """
    for source in sources:
        if isinstance(source, Item):
            yield source
        elif listings.is_list(source):
            yield from expand(line for line in listings.lines(Path(str(source))) if not is_pattern(line))
        elif isinstance(source, str) and listings.is_repository(source):
            yield Item(source, source.removeprefix(listings.HUB_PREFIX))
        elif isinstance(source, str) and listings.is_url(source):
            yield from (Item(data, id_of_path(Path(name))) for name, data in listings.files_of_url(source))
        elif isinstance(source, (Graph, bytes)):
            yield Item(source)
        elif Path(source).is_dir():
            yield from (Item(path, id_of_path(path.relative_to(source))) for path in _files_below(Path(source)))
        elif isinstance(source, Path) or (is_file(source) and not is_json(source)):
            yield Item(Path(source), id_of_path(Path(source)))
        else:
            yield Item(source)


def patterns(sources: Iterable[Source | Item]) -> Iterator[str]:
    """The patterns over model names among `sources`, those in list files too.

    A list that cannot be read has none; `expand` says so.
    """
    for source in sources:
        if listings.is_list(source):
            with suppress(UnsupportedSource):
                yield from patterns(listings.lines(Path(str(source))))
        elif isinstance(source, str) and is_pattern(source):
            yield source


def _files_below(folder: Path) -> list[Path]:
    """The files of a folder that hold models, in alphabetical order.

    Raises:
        UnsupportedSource: there is none.

    """
    found = sorted(path for path in folder.rglob("*") if path.suffix == ".onnx" or path.name == "config.json")
    if not found:
        raise UnsupportedSource(f"{folder} holds neither .onnx nor config.json files")
    return found


def id_of_path(path: Path) -> str:
    """`path` as an id: relative, with "_" for what ids do not allow."""
    parts = [part for part in path.parts if part not in ("..", ".", path.anchor)]
    return _NOT_IN_IDS.sub("_", "/".join(parts))


def name_of(source: Source) -> str:
    """What people call `source`, for messages about it."""
    if isinstance(source, Graph):
        return source.name or "a graph"
    if isinstance(source, bytes):
        return f"{len(source)} bytes"
    return str(source) if len(str(source)) <= 200 else f"{str(source)[:60]}..."
