"""The other services over gRPC, and the blob store, as the queries see them."""

from __future__ import annotations

from collections import OrderedDict

import grpc

from nar.architecture import Decomposition
from nar.codec import decomposition_from_proto, decomposition_to_proto, graph_from_proto, graph_to_proto
from nar.errors import InvalidInput, NarError, NotFound
from nar.graph import Graph
from nar.status import from_rpc_error
from nar.v1 import (
    architecture_pb2,
    embedder_pb2,
    embedder_pb2_grpc,
    extractor_pb2,
    extractor_pb2_grpc,
    graph_pb2,
    motif_miner_pb2,
    motif_miner_pb2_grpc,
)
from services.runtime.blobs import BlobStore
from services.runtime.channel import open_channel
from services.runtime.server import is_serving
from services.runtime.telemetry import log
from services.search.catalogue import Live, Vector
from services.search.evidence import MotifCount, motif_counts
from services.search.settings import SearchSettings

_CACHED_MOTIFS = 20_000
_SECONDS = 120.0
_PAGE = 10_000


class GrpcBackends:
    """Calls extractor, motif miner and embedder; keeps the motif counts of architectures that were asked for."""

    def __init__(self, settings: SearchSettings, blobs: BlobStore) -> None:
        self._channels = {
            "extractor": open_channel(settings.extractor_address, settings),
            "motif miner": open_channel(settings.miner_address, settings),
            "embedder": open_channel(settings.embedder_address, settings),
        }
        self._extractor = extractor_pb2_grpc.ExtractorServiceStub(self._channels["extractor"])
        self._miner = motif_miner_pb2_grpc.MotifMinerServiceStub(self._channels["motif miner"])
        self._embedder = embedder_pb2_grpc.EmbedderServiceStub(self._channels["embedder"])
        self._blobs = blobs
        self._counts: OrderedDict[str, tuple[MotifCount, ...]] = OrderedDict()

    async def extract(self, source: architecture_pb2.ModelSource) -> extractor_pb2.ExtractResponse:
        """The canonical graph of a model; the field of an error is named as the caller of Search knows it."""
        try:
            return await self._extractor.Extract(extractor_pb2.ExtractRequest(source=source), timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            found = from_rpc_error(error)
            if isinstance(found, InvalidInput) and found.field and not found.field.startswith("source"):
                found.field = f"source.{found.field}"
            raise found from error

    async def model_names(self, pattern: str) -> list[str]:
        """All names that the extractor knows and that match a pattern."""
        names: list[str] = []
        token = ""
        while True:
            request = extractor_pb2.ListModelsRequest(pattern=pattern, page_size=_PAGE, page_token=token)
            try:
                answer = await self._extractor.ListModels(request, timeout=_SECONDS)
            except grpc.aio.AioRpcError as error:
                raise from_rpc_error(error) from error
            names.extend(answer.names)
            token = answer.next_page_token
            if not token:
                return names

    async def mine(self, graph: Graph) -> Decomposition:
        """Divides a graph."""
        request = motif_miner_pb2.MineRequest(graph=graph_to_proto(graph))
        try:
            answer = await self._miner.Mine(request, timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return decomposition_from_proto(answer.decomposition)

    async def embed(self, decomposition: Decomposition, model_version: str) -> tuple[Vector, str]:
        """The vector of a divided graph, and the model version that made it; NotFound where that is not served."""
        message = decomposition_to_proto(decomposition)
        message.ClearField("op_instance")
        for motif in message.motifs:
            motif.ClearField("context")
        try:
            request = embedder_pb2.EmbedRequest(decompositions=[message], model_version=model_version)
            answer = await self._embedder.Embed(request, timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return list(answer.embeddings[0].vector), str(answer.model_version)

    async def model(self) -> Live:
        """The model versions that the embedder serves, and the length of its live vectors."""
        try:
            answer = await self._embedder.GetModel(embedder_pb2.GetModelRequest(), timeout=_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return Live(str(answer.model_version), int(answer.dimensions), tuple(answer.other_model_versions))

    async def motifs(self, exact: str) -> tuple[MotifCount, ...]:
        """The motifs of an indexed architecture; none where they cannot be had."""
        known = self._counts.get(exact)
        if known is not None:
            self._counts.move_to_end(exact)
            return known
        try:
            counts = motif_counts(await self._decomposition(exact))
        except NarError as error:
            # Evidence that is missing is no reason to withhold an answer.
            log.warning("no motifs", exact=exact, reason=str(error))
            return ()
        self._counts[exact] = counts
        while len(self._counts) > _CACHED_MOTIFS:
            self._counts.popitem(last=False)
        return counts

    async def _decomposition(self, exact: str) -> Decomposition:
        """What mining left behind; where it has not been at work, as in a starter index, it is now."""
        key = f"decompositions/{exact}.pb"
        try:
            return decomposition_from_proto(motif_miner_pb2.Decomposition.FromString(await self._blobs.get(key)))
        except NotFound:
            graph = graph_pb2.Graph.FromString(await self._blobs.get(f"graphs/{exact}.pb"))
        found = await self.mine(graph_from_proto(graph))
        await self._blobs.put(key, decomposition_to_proto(found).SerializeToString())
        return found

    async def health(self) -> dict[str, bool]:
        """Whether each service says that it is serving."""
        return {name: await is_serving(channel) for name, channel in self._channels.items()}
