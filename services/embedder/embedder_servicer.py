"""EmbedderService: translates the protocol; the work is done by the batcher of a model version."""

from __future__ import annotations

from typing import Any

from nar.codec import decomposition_from_proto
from nar.errors import InvalidInput
from nar.v1 import embedder_pb2, embedder_pb2_grpc
from services.embedder.models import Models


class EmbedderServicer(embedder_pb2_grpc.EmbedderServiceServicer):
    """The same in a process of its own and in a replica of Ray Serve, which has no gRPC context."""

    def __init__(self, models: Models, max_graphs: int) -> None:
        self._models = models
        self._max_graphs = max_graphs

    async def Embed(self, request: embedder_pb2.EmbedRequest, context: Any) -> embedder_pb2.EmbedResponse:
        """Embeds one or many graphs."""
        count = len(request.decompositions)
        if not 1 <= count <= self._max_graphs:
            raise InvalidInput(f"a request holds 1 to {self._max_graphs} graphs, not {count}", "decompositions")
        batcher = self._models.get(request.model_version)
        vectors = await batcher.embed([decomposition_from_proto(message) for message in request.decompositions])
        embeddings = [embedder_pb2.Embedding(vector=vector.tolist()) for vector in vectors]
        return embedder_pb2.EmbedResponse(embeddings=embeddings, model_version=batcher.embedder.model_version)

    async def GetModel(self, request: embedder_pb2.GetModelRequest, context: Any) -> embedder_pb2.GetModelResponse:
        """Says which model is live."""
        embedder = self._models.get().embedder
        return embedder_pb2.GetModelResponse(
            model_version=embedder.model_version,
            dimensions=embedder.dimensions,
            other_model_versions=sorted(self._models.versions[1:]),
        )
