"""What is wrong with a request gets the right code and a sentence that helps, and the service goes on.

Sent with bare stubs: the client refuses most of it before it leaves the machine.
"""

from __future__ import annotations

import io
import json
import pickle
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from conftest import LIGHT, Indexed
from onnx import TensorProto, helper

from nar.client import Client, JobState
from nar.errors import InvalidFilter, InvalidGraph, UnknownModel
from nar.local import LocalStack
from nar.status import from_rpc_error
from nar.v1 import architecture_pb2, graph_pb2, index_pb2, index_pb2_grpc, search_pb2, search_pb2_grpc

Source = architecture_pb2.ModelSource
Code = grpc.StatusCode


def archive(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, pickle.dumps({"weights": [1.0]}))
    return buffer.getvalue()


def external_data() -> bytes:
    tensor = TensorProto(dims=[4], data_type=TensorProto.FLOAT, name="w", data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../../../etc/passwd")
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", [value], [result], [tensor])
    return helper.make_model(graph).SerializeToString()


def graph_source(edges: list[tuple[int, int]], ops: int = 2) -> Source:
    sources, targets = [edge[0] for edge in edges], [edge[1] for edge in edges]
    table = ["relu"] if ops else []
    return Source(graph=graph_pb2.Graph(op_table=table, op=[0] * ops, edge_source=sources, edge_target=targets))


REMOTE_CODE = json.dumps(
    {"model_type": "mine", "architectures": ["Mine"], "auto_map": {"AutoModel": "modeling_mine.Mine"}}
)
TRUNCATED = (LIGHT / "light_resnet50.onnx").read_bytes()[:40_000]

BAD_SOURCES: dict[str, tuple[Source, Code, str]] = {
    "truncated ONNX": (Source(onnx=TRUNCATED), Code.INVALID_ARGUMENT, "truncated|ONNX"),
    "ONNX with external data": (Source(onnx=external_data()), Code.INVALID_ARGUMENT, "external"),
    "pickle": (Source(onnx=pickle.dumps({"weights": [1.0]})), Code.INVALID_ARGUMENT, "pickle"),
    "pt2": (Source(onnx=archive("model/data.pkl")), Code.INVALID_ARGUMENT, "zip|pt2|archive"),
    "garbage": (Source(onnx=np.random.default_rng(0).bytes(5000)), Code.INVALID_ARGUMENT, "ONNX"),
    "cyclic graph": (graph_source([(0, 1), (1, 0)]), Code.INVALID_ARGUMENT, "cycle"),
    "edges out of range": (graph_source([(0, 7)]), Code.INVALID_ARGUMENT, "7"),
    "empty graph": (graph_source([], ops=0), Code.INVALID_ARGUMENT, "no ops"),
    "unknown model": (Source(name="timm/resnet5O"), Code.NOT_FOUND, "timm/resnet50"),
    "unknown library": (Source(name="nolibrary/resnet50"), Code.NOT_FOUND, "nolibrary"),
    "remote code": (Source(config_json=REMOTE_CODE), Code.INVALID_ARGUMENT, "code|auto_map"),
    "config that is no JSON": (Source(config_json="{"), Code.INVALID_ARGUMENT, "JSON"),
    "nothing": (Source(), Code.INVALID_ARGUMENT, "source|model|one of"),
}


@pytest.fixture(scope="module")
def channel(stack: LocalStack, indexed: Indexed) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(stack.address, [("grpc.max_send_message_length", -1)]) as opened:
        yield opened


@pytest.fixture(scope="module")
def search(channel: grpc.Channel) -> Callable[[search_pb2.SearchRequest], search_pb2.SearchResponse]:
    stub = search_pb2_grpc.SearchServiceStub(channel)
    return lambda request: stub.Search(request, timeout=60)


@pytest.fixture(autouse=True)
def service_goes_on(client: Client, indexed: Indexed) -> Iterator[None]:
    yield
    assert client.search("timm/vgg11", top_k=1).neighbours


@pytest.mark.parametrize("kind", BAD_SOURCES)
def test_a_search_with_a_bad_source_is_refused(kind: str, search: Callable[..., search_pb2.SearchResponse]) -> None:
    source, code, text = BAD_SOURCES[kind]
    with pytest.raises(grpc.RpcError) as caught:
        search(search_pb2.SearchRequest(source=source))
    error = from_rpc_error(caught.value)
    assert caught.value.code() is code, error
    assert re.search(text, str(error)), error
    assert "Traceback" not in str(error)
    assert len(str(error)) < 600


def test_errors_keep_their_class_over_the_wire(search: Callable[..., search_pb2.SearchResponse]) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        search(search_pb2.SearchRequest(source=BAD_SOURCES["unknown model"][0]))
    unknown = from_rpc_error(caught.value)
    assert isinstance(unknown, UnknownModel)
    assert "timm/resnet50" in unknown.suggestions
    with pytest.raises(grpc.RpcError) as caught:
        search(search_pb2.SearchRequest(graph=graph_source([(0, 1), (1, 0)]).graph))
    assert isinstance(from_rpc_error(caught.value), InvalidGraph)
    with pytest.raises(grpc.RpcError) as caught:
        search(search_pb2.SearchRequest(architecture_id="timm/vgg11", filter="colour = 1"))
    assert isinstance(from_rpc_error(caught.value), InvalidFilter)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (search_pb2.SearchRequest(), "query"),
        (search_pb2.SearchRequest(vector=search_pb2.Vector(values=[1.0, 2.0])), "2"),
        (search_pb2.SearchRequest(vector=search_pb2.Vector()), "vector"),
        (search_pb2.SearchRequest(graph=graph_source([(0, 7)]).graph), "7"),
        (search_pb2.SearchRequest(architecture_id="timm/vgg11", filter="colour = 1"), "colour"),
        (search_pb2.SearchRequest(architecture_id="timm/vgg11", filter='params < "many"'), "params"),
        (search_pb2.SearchRequest(architecture_id="timm/vgg11", filter="family ="), "family|value|end"),
        (search_pb2.SearchRequest(architecture_id="timm/vgg11", page_size=1001), "page_size"),
        (search_pb2.SearchRequest(architecture_id="timm/vgg11", page_size=-1), "page_size"),
        (search_pb2.SearchRequest(architecture_id="timm/vgg11", page_token="x"), "page_token"),
        (search_pb2.SearchRequest(architecture_id="timm/vgg11", collection="a b"), "collection"),
    ],
    ids=str,
)
def test_a_malformed_search_is_refused(
    request_: search_pb2.SearchRequest, text: str, search: Callable[..., search_pb2.SearchResponse]
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        search(request_)
    assert caught.value.code() is Code.INVALID_ARGUMENT, caught.value.details()
    assert re.search(text, caught.value.details())


def test_a_filter_is_never_run_as_an_expression(search: Callable[..., search_pb2.SearchResponse]) -> None:
    attack = 'family = "x\\" or id != \\""'
    found = search(search_pb2.SearchRequest(architecture_id="timm/vgg11", filter=attack))
    assert list(found.neighbours) == []


def test_an_upload_above_the_limit_is_refused(search: Callable[..., search_pb2.SearchResponse]) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        search(search_pb2.SearchRequest(source=Source(onnx=bytes(100 << 20))))
    assert caught.value.code() is Code.RESOURCE_EXHAUSTED


def job_of(channel: grpc.Channel, *messages: index_pb2.CreateIndexJobRequest) -> index_pb2.IndexJob:
    return index_pb2_grpc.IndexServiceStub(channel).CreateIndexJob(iter(messages), timeout=120).job


def item_of(source: Source, **fields: str) -> index_pb2.CreateIndexJobRequest:
    return index_pb2.CreateIndexJobRequest(item=index_pb2.IndexItem(source=source, **fields))


def header_of(**fields: object) -> index_pb2.CreateIndexJobRequest:
    return index_pb2.CreateIndexJobRequest(header=index_pb2.IndexJobHeader(**fields))


def test_bad_models_among_good_ones_are_listed_with_their_reasons(channel: grpc.Channel, client: Client) -> None:
    bad = {kind: bad for kind, bad in BAD_SOURCES.items() if bad[0].WhichOneof("model") is not None}
    items = [item_of(source, id=kind.replace(" ", "_")) for kind, (source, _, _) in bad.items()]
    good = [item_of(Source(name="timm/resnet18")), item_of(Source(name="torchvision/alexnet"))]
    created = job_of(channel, header_of(collection="bad_among_good"), good[0], *items, good[1])
    *_, job = client.watch_job(created.id)
    reasons = {failure.item: failure.reason for failure in client.list_failures(created.id)}
    assert job.state is JobState.SUCCEEDED
    assert (job.total, job.indexed, job.failed) == (len(items) + 2, 2, len(items))
    for number, (kind, (_, _, text)) in enumerate(bad.items(), 1):
        assert re.search(text, reasons[number]), f"{kind}: {reasons[number]}"
    found = [architecture.id for architecture in client.list_architectures(collection="bad_among_good")]
    assert found == ["timm/resnet18", "torchvision/alexnet"]


@pytest.mark.parametrize(
    "messages",
    [
        (),
        (item_of(Source(name="timm/resnet18")),),
        (header_of(), header_of()),
        (header_of(), item_of(Source())),
        (header_of(), index_pb2.CreateIndexJobRequest()),
        (header_of(collection="a b"),),
        (header_of(labels={"a key": "x"}),),
        (header_of(labels={"key": "x" * 2000}),),
        (header_of(), item_of(Source(name="timm/resnet18"), id="a b")),
        (header_of(selectors=["timm/*"] * 101),),
        (header_of(idempotency_key="k" * 129),),
    ],
    ids=lambda messages: "+".join(str(message)[:40].replace("\n", " ") for message in messages) or "nothing",
)
def test_a_malformed_job_is_refused(
    channel: grpc.Channel, messages: tuple[index_pb2.CreateIndexJobRequest, ...]
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        job_of(channel, *messages)
    assert caught.value.code() is Code.INVALID_ARGUMENT, caught.value.details()


def test_a_stream_that_breaks_off_cancels_its_job(channel: grpc.Channel, client: Client) -> None:
    broken = threading.Event()

    def messages() -> Iterator[index_pb2.CreateIndexJobRequest]:
        yield header_of(collection="broken_off", idempotency_key="broken off")
        yield item_of(Source(name="timm/resnet18"))
        broken.wait()

    stub = index_pb2_grpc.IndexServiceStub(channel)
    call = stub.CreateIndexJob.future(messages())
    jobs: list[index_pb2.IndexJob] = []
    while not jobs:
        listed = stub.ListIndexJobs(index_pb2.ListIndexJobsRequest(), timeout=10).jobs
        jobs = [job for job in listed if job.collection == "broken_off"]
    call.cancel()
    *_, last = client.watch_job(jobs[0].id)
    broken.set()
    assert last.state is JobState.CANCELLED
    again = job_of(channel, header_of(collection="broken_off", idempotency_key="broken off"))
    assert again.id != jobs[0].id
    assert again.state != index_pb2.IndexJob.STATE_CANCELLED


def test_a_3_gb_upload_never_leaves_the_machine(client: Client, tmp_path: Path) -> None:
    from nar.errors import UnsupportedSource

    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(UnsupportedSource, match="not an ONNX model"):
        client.search(path)


def test_the_health_service_still_says_serving(channel: grpc.Channel) -> None:
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
