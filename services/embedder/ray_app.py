"""EmbedderService on Ray Serve: replicas that embed, and a thin gRPC front that hands requests to them.

`build` makes the application from the arguments of a Serve configuration (deploy/ray/serve.yaml). The front speaks gRPC
itself instead of leaving it to Serve's proxy, which knows neither TLS nor our errors (docs/decisions/008).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
import torch
from google.protobuf.message import Message
from google.rpc import status_pb2
from pydantic import BaseModel, Field
from ray import serve
from ray.exceptions import RayError
from ray.serve.exceptions import BackPressureError, RayServeException
from ray.serve.handle import DeploymentHandle

from nar.errors import NarError, NotFound, Overloaded, Unavailable
from nar.status import from_status, to_status
from nar.v1 import embedder_pb2, embedder_pb2_grpc
from services.embedder.batching import measured
from services.embedder.embedder_servicer import EmbedderServicer
from services.embedder.models import Models
from services.embedder.server import SERVICE
from services.embedder.settings import SHIPPED_WEIGHTS, EmbedderSettings
from services.runtime import metrics, server
from services.runtime.telemetry import configure_logs, log

_PROBE_SECONDS = 5.0


class ModelReplicas(BaseModel):
    """One model version and how many replicas embed with it."""

    weights: Path = Field(default=SHIPPED_WEIGHTS, description="Folder of the weights, on every node.")
    min_replicas: int = Field(default=1, ge=0)
    max_replicas: int = Field(default=1, ge=1)
    target_ongoing_requests: float = Field(
        default=4, gt=0, description="Requests a replica shall have; more add replicas."
    )
    max_ongoing_requests: int = Field(default=32, ge=1, description="Requests that a replica takes at once.")
    max_queued_requests: int = Field(
        default=256, ge=1, description="Requests that wait for a replica; more are refused."
    )
    num_cpus: float = Field(default=1, ge=0)
    num_gpus: float = Field(default=0, ge=0, description="Above 0 the network runs on a GPU.")


class Arguments(BaseModel):
    """What the application is built from."""

    models: dict[str, ModelReplicas] = Field(
        default={"current": ModelReplicas()}, description="Model versions by any name."
    )
    live: str = Field(default="current", description="Answers where no version is named.")
    fronts: int = Field(default=1, ge=1, description="gRPC servers, at most one a node.")
    settings: dict[str, Any] = Field(
        default={}, description="Settings of the embedder, over NAR_* variables: host, port, ..."
    )


@serve.deployment
class Replica:
    """One model in one process; requests and answers are serialized messages, errors google.rpc.Status.

    The front measures the batches: nobody could read the metrics of this process.
    """

    def __init__(self, weights: str, settings: dict[str, Any]) -> None:
        chosen = EmbedderSettings(**settings)
        configure_logs("embedder-replica", chosen)
        torch.set_num_threads(chosen.torch_threads)
        self._batches: list[tuple[int, int]] = []
        models = Models(chosen, lambda *batch: self._batches.append(batch))
        models.load([Path(weights)])
        self._servicer = EmbedderServicer(models, chosen.max_batch_graphs)

    async def embed(self, request: bytes) -> tuple[bytes, bytes, list[tuple[int, int]]]:
        """An EmbedRequest -> an EmbedResponse, or a status; and the batches of which nobody was told yet."""
        response, status = await _packed(self._servicer.Embed(embedder_pb2.EmbedRequest.FromString(request), None))
        batches, self._batches = self._batches, []
        return response, status, batches

    async def model(self) -> bytes:
        """A GetModelResponse."""
        response = await self._servicer.GetModel(embedder_pb2.GetModelRequest(), None)
        return response.SerializeToString()


async def _packed(answer: Any) -> tuple[bytes, bytes]:
    """The response, or what went wrong: exceptions would come out of Ray as others."""
    try:
        response: Message = await answer
    except NarError as error:
        return b"", to_status(error).SerializeToString()
    return response.SerializeToString(), b""


@serve.deployment
class Front(embedder_pb2_grpc.EmbedderServiceServicer):
    """A gRPC server that hands each request to a replica of the model version that it names."""

    def __init__(self, settings: dict[str, Any], handles: dict[str, DeploymentHandle[Any]]) -> None:
        chosen = EmbedderSettings(**settings)
        configure_logs("embedder-front", chosen)
        self._handles = handles
        self._models: dict[str, embedder_pb2.GetModelResponse] = {}
        self._live = ""
        self._stop = asyncio.Event()
        self._serving = asyncio.create_task(server.serve(chosen, self._add, [SERVICE], self._backends, stop=self._stop))

    def reconfigure(self, config: dict[str, str]) -> None:
        """Switches the live model; Serve calls it when the configuration changes, without a restart.

        Raises:
            ValueError: there is no such model.
        """
        if config["live"] not in self._handles:
            raise ValueError(f"live: {config['live']!r} is none of the models {', '.join(self._handles)}")
        self._live = config["live"]
        log.info("live", model=self._live)

    def check_health(self) -> None:
        """Serve starts a front anew that cannot listen."""
        if self._serving.done():
            raise RuntimeError("the gRPC server has ended") from self._serving.exception()

    async def Embed(self, request: embedder_pb2.EmbedRequest, context: Any) -> embedder_pb2.EmbedResponse:
        """Embeds one or many graphs."""
        handle = self._handle_of(request.model_version)
        response, status, batches = await _answer(handle.embed.remote(request.SerializeToString()))
        for graphs, waiting in batches:
            measured(graphs, waiting)
        if status:
            raise from_status(status_pb2.Status.FromString(status))
        return embedder_pb2.EmbedResponse.FromString(response)

    async def GetModel(self, request: embedder_pb2.GetModelRequest, context: Any) -> embedder_pb2.GetModelResponse:
        """Says which model is live."""
        found = self._models.get(self._live)
        if found is None:
            raise Unavailable("the embedder is still loading its weights", retry_after=2.0)
        others = sorted(model.model_version for name, model in self._models.items() if name != self._live)
        return embedder_pb2.GetModelResponse(
            model_version=found.model_version, dimensions=found.dimensions, other_model_versions=others
        )

    def _handle_of(self, model_version: str) -> DeploymentHandle[Any]:
        if not model_version:
            return self._handles[self._live]
        versions = {model.model_version: name for name, model in self._models.items()}
        if model_version not in versions:
            raise NotFound(f"model version {model_version!r} is not served here; {', '.join(versions) or 'none'} is")
        return self._handles[versions[model_version]]

    async def _backends(self) -> Mapping[str, bool]:
        """Whether the replicas of the live model answer; what the others serve is learned on the way."""
        names = list(self._handles)
        found = await asyncio.gather(*(self._probe(name) for name in names))
        return {"replicas": dict(zip(names, found, strict=True)).get(self._live, False)}

    async def _probe(self, name: str) -> bool:
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                answer = await _answer(self._handles[name].model.remote())
        except (NarError, TimeoutError):
            return False
        self._models[name] = embedder_pb2.GetModelResponse.FromString(answer)
        metrics.EMBEDDER_MODELS.labels(self._models[name].model_version).set(1)
        return True

    def _add(self, target: grpc.aio.Server) -> None:
        embedder_pb2_grpc.add_EmbedderServiceServicer_to_server(self, target)


async def _answer(response: Any) -> Any:
    """What a replica answers; what Ray raises becomes an error of ours."""
    try:
        return await response
    except BackPressureError as error:
        raise Overloaded("too many requests wait for an embedder", retry_after=1.0) from error
    except (RayError, RayServeException) as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[-1]
        raise Unavailable(f"no replica of the embedder answers: {reason}", retry_after=2.0) from error


def build(content: dict[str, Any]) -> serve.Application:
    """The application that `content` (see Arguments) describes: a deployment a model version, and the front."""
    arguments = Arguments.model_validate(content)
    handles = {name: _replicas(name, model, arguments.settings) for name, model in arguments.models.items()}
    front = Front.options(  # type: ignore[attr-defined]
        num_replicas=arguments.fronts,
        max_replicas_per_node=1,
        user_config={"live": arguments.live},
        ray_actor_options={"num_cpus": 0.1},
    )
    return front.bind(arguments.settings, handles)


def _replicas(name: str, model: ModelReplicas, settings: dict[str, Any]) -> serve.Application:
    chosen = {**settings, "device": "cuda" if model.num_gpus else "cpu"}
    deployment = Replica.options(  # type: ignore[attr-defined]
        name=f"embedder-{name}",
        autoscaling_config={
            "min_replicas": model.min_replicas,
            "max_replicas": model.max_replicas,
            "target_ongoing_requests": model.target_ongoing_requests,
        },
        max_ongoing_requests=model.max_ongoing_requests,
        max_queued_requests=model.max_queued_requests,
        ray_actor_options={"num_cpus": model.num_cpus, "num_gpus": model.num_gpus},
    )
    return deployment.bind(str(model.weights), chosen)
