"""The gRPC face of the extractor: `python -m services.extractor.server`."""

from __future__ import annotations

import fnmatch
from bisect import bisect_right
from collections.abc import Mapping

import grpc
import uvloop
from typing_extensions import override

from nar.errors import InvalidInput, LimitExceeded
from nar.v1 import architecture_pb2, extractor_pb2, extractor_pb2_grpc
from services.extractor import codec
from services.extractor.confinement import Limits
from services.extractor.sandbox import Sandbox
from services.extractor.settings import ExtractorSettings
from services.runtime.server import serve
from services.runtime.telemetry import configure_logs

SERVICE = "nar.v1.ExtractorService"

_DEFAULT_PAGE = 1_000
_MAX_PAGE = 10_000
_MAX_TEXT = 512

Context = grpc.aio.ServicerContext[extractor_pb2.ExtractRequest, extractor_pb2.ExtractResponse]
ListContext = grpc.aio.ServicerContext[extractor_pb2.ListModelsRequest, extractor_pb2.ListModelsResponse]


class ExtractorServicer(extractor_pb2_grpc.ExtractorServiceServicer):
    """Translates the protocol. Models are read by children of `sandbox`; this process never imports their libraries."""

    def __init__(self, sandbox: Sandbox, settings: ExtractorSettings) -> None:
        self._sandbox = sandbox
        self._settings = settings
        self._names: list[str] = []

    @override
    async def Extract(self, request: extractor_pb2.ExtractRequest, context: Context) -> extractor_pb2.ExtractResponse:
        """See protos/nar/v1/extractor.proto."""
        return await run_extraction(self._sandbox, request.source, self._settings)

    @override
    async def ListModels(
        self, request: extractor_pb2.ListModelsRequest, context: ListContext
    ) -> extractor_pb2.ListModelsResponse:
        """See protos/nar/v1/extractor.proto."""
        if not 0 <= request.page_size <= _MAX_PAGE:
            raise InvalidInput(f"page_size is {request.page_size}; it must be 0 to {_MAX_PAGE:,}", "page_size")
        if len(request.pattern.encode()) > _MAX_TEXT:
            raise InvalidInput(f"the pattern has more than {_MAX_TEXT} bytes", "pattern")
        if not self._names:
            answer = await self._sandbox.run(codec.LIST_MODELS, b"*", "the list of models")
            self._names = codec.result_of(answer).decode().split("\n")
        found = [name for name in self._names if fnmatch.fnmatchcase(name, request.pattern or "*")]
        start = bisect_right(found, request.page_token)
        page = found[start : start + (request.page_size or _DEFAULT_PAGE)]
        more = start + len(page) < len(found)
        return extractor_pb2.ListModelsResponse(names=page, next_page_token=page[-1] if more else "")

    async def backends(self) -> Mapping[str, bool]:
        """Whether children can be started."""
        return {"sandbox": await self._sandbox.is_ready()}


async def run_extraction(
    sandbox: Sandbox, source: architecture_pb2.ModelSource, settings: ExtractorSettings
) -> extractor_pb2.ExtractResponse:
    """Checks sizes, then extracts `source` in a child.

    Raises:
        InvalidInput: no source, or a malformed one.
        LimitExceeded: it is too large, or took too long.
        NarError: whatever else `services.extractor.extract.extract` and `Sandbox.run` raise.

    """
    check_sizes(source, settings)
    answer = await sandbox.run(codec.EXTRACT, source.SerializeToString(), label_of(source))
    return extractor_pb2.ExtractResponse.FromString(codec.result_of(answer))


def check_sizes(source: architecture_pb2.ModelSource, settings: ExtractorSettings) -> None:
    """Raises InvalidInput or LimitExceeded for a source that is not even handed to a child."""
    kind = source.WhichOneof("model")
    if kind is None:
        raise InvalidInput("the source is not set: give one of name, onnx, config_json and graph", "source")
    if kind == "name" and not 0 < len(source.name.encode()) <= settings.max_name_bytes:
        raise InvalidInput(f"a model name has 1 to {settings.max_name_bytes} bytes", "source.name")
    if kind == "onnx" and len(source.onnx) > settings.max_onnx_bytes:
        raise LimitExceeded(
            f"the ONNX file has {len(source.onnx):,} bytes; at most {settings.max_onnx_bytes:,} are read. "
            "Weights are not needed: strip them (the nar client does)"
        )
    if kind == "config_json" and len(source.config_json.encode()) > settings.max_config_bytes:
        raise LimitExceeded(f"the config.json has more than {settings.max_config_bytes:,} bytes")


def label_of(source: architecture_pb2.ModelSource) -> str:
    """Names the source in messages."""
    match source.WhichOneof("model"):
        case "name":
            return source.name
        case "onnx":
            return f"the ONNX file of {len(source.onnx):,} bytes"
        case "config_json":
            return "the config.json"
        case _:
            return f"the graph {source.graph.name!r}"


def make_sandbox(settings: ExtractorSettings) -> Sandbox:
    """The sandbox that the settings describe."""
    limits = Limits(settings.extract_seconds, settings.extract_cpu_seconds, settings.extract_memory_bytes)
    return Sandbox(limits, concurrency=settings.extract_concurrency, queue=settings.extract_queue)


async def main(settings: ExtractorSettings) -> None:
    """Warms up, then serves until SIGTERM."""
    configure_logs("extractor", settings)
    sandbox = make_sandbox(settings)
    await sandbox.start()
    servicer = ExtractorServicer(sandbox, settings)

    def add_servicers(server: grpc.aio.Server) -> None:
        extractor_pb2_grpc.add_ExtractorServiceServicer_to_server(servicer, server)

    await serve(settings, add_servicers, [SERVICE], servicer.backends)
    sandbox.close()


if __name__ == "__main__":
    uvloop.run(main(ExtractorSettings.parse()))
