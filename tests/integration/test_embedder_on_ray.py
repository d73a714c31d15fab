"""The embedder on Ray Serve: the same answers as in one process, several model versions, a switch without restart."""

import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import ray
import yaml
from ray import serve
from ray.serve.schema import ServeDeploySchema
from renamed_weights import renamed_weights

from nar.codec import decomposition_from_proto, decomposition_to_proto
from nar.errors import NotFound
from nar.local.ports import Ports
from nar.status import from_rpc_error
from nar.v1 import embedder_pb2, embedder_pb2_grpc
from services.embedder.embedder import Embedder
from services.embedder.settings import SHIPPED_WEIGHTS
from services.extractor.extract import ModelName, extract
from services.motif_miner.mining import mine

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Deployed:
    """The configuration file, deployed as `serve deploy` does it, with a second model version and a free port."""

    content: dict[str, Any]
    port: int
    metrics_port: int

    def deploy(self, live: str) -> None:
        """Deploys it with `live` as the live model, and waits until it runs."""
        (front,) = self.content["applications"][0]["deployments"]
        front["user_config"] = {"live": live}
        client = serve.context._get_global_client()
        client.deploy_apps(ServeDeploySchema.model_validate(self.content))
        client._wait_for_application_running("embedder", timeout_s=240)

    def replicas(self) -> dict[str, list[str]]:
        """Ids of the running replicas by deployment."""
        details = serve.context._get_global_client().get_serve_details()
        found = details["applications"]["embedder"]["deployments"]
        return {name: sorted(item["replica_id"] for item in found[name]["replicas"]) for name in found}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A Ray of the test's own that runs the application."""
    content = yaml.safe_load((ROOT / "deploy" / "ray" / "serve.yaml").read_text())
    ports = Ports.free()
    port, metrics_port = ports.embedder, ports.search
    arguments = content["applications"][0]["args"]
    arguments["models"]["next"] = {"weights": str(renamed_weights(tmp_path_factory.mktemp("weights") / "other"))}
    arguments["settings"] |= {"host": "127.0.0.1", "port": port, "metrics_port": metrics_port, "linger_seconds": 0}
    ray.init(_node_ip_address="127.0.0.1", include_dashboard=False, num_cpus=4, log_to_driver=False)
    try:
        serve.start(proxy_location="Disabled")
        chosen = Deployed(content, port, metrics_port)
        chosen.deploy("current")
        yield chosen
    finally:
        serve.shutdown()
        ray.shutdown()


@pytest.fixture
def stub(deployed: Deployed) -> Iterator[embedder_pb2_grpc.EmbedderServiceStub]:
    """A client of the front, once it is ready."""
    with grpc.insecure_channel(f"127.0.0.1:{deployed.port}") as channel:
        found = embedder_pb2_grpc.EmbedderServiceStub(channel)
        found.GetModel(embedder_pb2.GetModelRequest(), wait_for_ready=True, timeout=60)
        yield found


@pytest.fixture(scope="module")
def request_of_two() -> embedder_pb2.EmbedRequest:
    """Two real graphs, divided."""
    graphs = [extract(ModelName(f"torchvision/{name}")).graph for name in ("alexnet", "squeezenet1_1")]
    return embedder_pb2.EmbedRequest(decompositions=[decomposition_to_proto(mine(graph)) for graph in graphs])


def test_vectors_are_those_of_one_process(
    stub: embedder_pb2_grpc.EmbedderServiceStub, request_of_two: embedder_pb2.EmbedRequest
) -> None:
    answer = stub.Embed(request_of_two, timeout=60)
    embedder = Embedder.load(SHIPPED_WEIGHTS)
    expected = embedder.embed([decomposition_from_proto(message) for message in request_of_two.decompositions])
    assert [list(item.vector) for item in answer.embeddings] == expected.tolist()
    assert answer.model_version == embedder.model_version
    model = stub.GetModel(embedder_pb2.GetModelRequest(), timeout=60)
    assert (model.model_version, model.dimensions) == (embedder.model_version, embedder.dimensions)


def test_the_front_measures_the_batches_of_the_replicas(
    deployed: Deployed, stub: embedder_pb2_grpc.EmbedderServiceStub, request_of_two: embedder_pb2.EmbedRequest
) -> None:
    def graphs() -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{deployed.metrics_port}/metrics", timeout=10) as page:
            lines = page.read().decode().splitlines()
        return float(next(line for line in lines if line.startswith("nar_embedder_batch_graphs_sum")).split()[1])

    before = graphs()
    stub.Embed(request_of_two, timeout=60)
    stub.Embed(request_of_two, timeout=60)
    assert graphs() - before == 4


def test_errors_come_through_as_they_are(
    stub: embedder_pb2_grpc.EmbedderServiceStub, request_of_two: embedder_pb2.EmbedRequest
) -> None:
    with pytest.raises(grpc.RpcError) as unknown:
        stub.Embed(embedder_pb2.EmbedRequest(decompositions=request_of_two.decompositions, model_version="no"))
    assert isinstance(from_rpc_error(unknown.value), NotFound)
    with pytest.raises(grpc.RpcError) as empty:
        stub.Embed(embedder_pb2.EmbedRequest())
    assert empty.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "1 to 1024 graphs" in empty.value.details()


def test_versions_are_served_side_by_side_and_the_live_one_is_switched_without_a_restart(
    deployed: Deployed, stub: embedder_pb2_grpc.EmbedderServiceStub, request_of_two: embedder_pb2.EmbedRequest
) -> None:
    request = embedder_pb2.EmbedRequest(decompositions=request_of_two.decompositions, model_version="other-1")
    assert stub.Embed(request, timeout=60).model_version == "other-1"
    replicas = deployed.replicas()
    deployed.deploy("next")
    model = embedder_pb2.GetModelRequest()
    # A switch reaches the front a moment after the controller.
    while stub.GetModel(model, timeout=60).model_version != "other-1":
        time.sleep(0.1)
    assert stub.Embed(request_of_two, timeout=60).model_version == "other-1"
    assert deployed.replicas() == replicas
