"""What goes into the child process and comes out of it: protobuf messages as bytes, in both directions."""

from __future__ import annotations

from google.rpc import status_pb2

from nar.codec import architecture_to_proto, graph_from_proto, graph_to_proto
from nar.errors import InvalidInput, NarError
from nar.status import from_status, to_status
from nar.v1 import architecture_pb2, extractor_pb2
from services.extractor.extract import ConfigJson, Extraction, ModelName, OnnxFile, Source, extract

EXTRACT = "services.extractor.codec:extract_bytes"
LIST_MODELS = "services.extractor.codec:list_models_bytes"

_RESULT, _ERROR = b"\x00", b"\x01"


def extract_bytes(payload: bytes) -> bytes:
    """Runs in the child: nar.v1.ModelSource -> nar.v1.ExtractResponse, or the error."""
    source = architecture_pb2.ModelSource.FromString(payload)
    try:
        return _RESULT + extraction_to_proto(extract(source_from_proto(source))).SerializeToString()
    except InvalidInput as error:
        error.field = _full_path(error.field, source.WhichOneof("model") or "")
        return _ERROR + encode_error(error)
    except NarError as error:
        return _ERROR + encode_error(error)


def list_models_bytes(payload: bytes) -> bytes:
    """Runs in the child: a pattern -> the names that match, one a line."""
    from services.extractor import libraries

    return _RESULT + "\n".join(libraries.names(payload.decode())).encode()


def result_of(answer: bytes) -> bytes:
    """What the child made; raises the error that it met instead."""
    if answer[:1] == _RESULT:
        return answer[1:]
    raise from_status(status_pb2.Status.FromString(answer[1:]))


def encode_error(error: NarError) -> bytes:
    """`error` as a google.rpc.Status."""
    return bytes(to_status(error).SerializeToString())


def source_from_proto(message: architecture_pb2.ModelSource) -> Source:
    """The model source of `message`.

    Raises:
        InvalidInput: none is set, or a graph is malformed.

    """
    match message.WhichOneof("model"):
        case "name":
            return ModelName(message.name)
        case "onnx":
            return OnnxFile(message.onnx)
        case "config_json":
            return ConfigJson(message.config_json)
        case "graph":
            return graph_from_proto(message.graph)
        case _:
            raise InvalidInput("the source is not set: give one of name, onnx, config_json and graph", "source")


def extraction_to_proto(extraction: Extraction) -> extractor_pb2.ExtractResponse:
    """The message of `extraction`."""
    return extractor_pb2.ExtractResponse(
        architecture=architecture_to_proto(extraction.architecture), graph=graph_to_proto(extraction.graph)
    )


def _full_path(field: str, kind: str) -> str:
    """Path of the offending field from the request on: "source.graph.edges"."""
    if field.startswith("source"):
        return field
    return ".".join(("source", kind, *(part for part in field.split(".") if part and part != kind)))
