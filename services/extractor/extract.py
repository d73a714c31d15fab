"""A model in any readable form -> what it is, and its canonical computational graph. To be run in a limited process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from nar.architecture import Architecture, Block
from nar.fingerprint import fingerprint
from nar.graph import Graph
from services.extractor.raw import RawGraph


@dataclass(frozen=True)
class ModelName:
    """A model of an installed library by its full name: "timm/resnet50"."""

    name: str


@dataclass(frozen=True)
class OnnxFile:
    """The bytes of an ONNX file."""

    data: bytes


@dataclass(frozen=True)
class ConfigJson:
    """The text of a Hugging Face config.json."""

    text: str


Source = ModelName | OnnxFile | ConfigJson | Graph


@dataclass(frozen=True)
class Extraction:
    """Metadata (without collection and labels) and the canonical graph."""

    architecture: Architecture
    graph: Graph


@dataclass(frozen=True)
class _Origin:
    """What a door knows beside the ops."""

    id: str
    name: str
    library: str
    library_version: str = ""
    family: str = ""
    task: str = ""


def extract(source: Source) -> Extraction:
    """Reads `source` without weights. A Graph is taken to be canonical; it keeps the ops and numbers that it came with.

    Raises:
        UnknownModel: no installed library has a model of this name.
        UnsupportedSource: the file is in a form that is not read.
        InvalidGraph: nothing of the model depends on its input.
        LimitExceeded: it is larger than what is read.
        ExtractionFailed: the model's own code or its library failed.

    """
    match source:
        case ModelName():
            return _extract_name(source.name)
        case OnnxFile():
            return _extract_onnx(source.data)
        case ConfigJson():
            return _extract_config(source.text)
        case Graph():
            origin = _Origin(_upload_id(fingerprint(source).exact.encode()), source.name, "graph")
            return _describe(origin, source, int(source.params.sum()), {})


def _extract_name(name: str) -> Extraction:
    from services.extractor import libraries

    model = libraries.load(name)
    origin = _Origin(name, model.name, model.library, model.library_version, model.family, model.task)
    return _canonicalise(origin, model.raw)


def _extract_config(text: str) -> Extraction:
    from services.extractor import libraries

    model = libraries.from_config_json(text)
    upload = _upload_id(text.encode())
    origin = _Origin(upload, model.name, model.library, model.library_version, model.family, model.task)
    return _canonicalise(origin, model.raw)


def _extract_onnx(data: bytes) -> Extraction:
    from services.extractor import onnx_reader

    raw = onnx_reader.read(data, "")
    origin = _Origin(_upload_id(data), raw.name, "onnx", f"opset {onnx_reader.opset(data)}")
    return _canonicalise(origin, raw)


def _canonicalise(origin: _Origin, raw: RawGraph) -> Extraction:
    from services.extractor.canonical import canonicalise

    found = canonicalise(raw)
    return _describe(origin, found.graph, raw.params, dict(found.unknown_ops))


def _describe(origin: _Origin, graph: Graph, params: int, unknown_ops: dict[str, int]) -> Extraction:
    architecture = Architecture(
        id=origin.id,
        name=origin.name[:512] or origin.id,
        library=origin.library,
        library_version=origin.library_version,
        family=origin.family,
        task=origin.task,
        block=_block(graph),
        params=params,
        flops=int(graph.flops.sum()),
        ops=len(graph),
        edges=graph.edges.shape[1],
        fingerprint=fingerprint(graph),
        unknown_ops=unknown_ops,
    )
    return Extraction(architecture, graph)


def _block(graph: Graph) -> Block:
    from services.extractor.block import block

    return block(graph)


def _upload_id(data: bytes) -> str:
    """Id of what has no name: the beginning of its SHA-256."""
    return f"sha256:{hashlib.sha256(data).hexdigest()[:16]}"
