"""The extractor over gRPC, as its own process: good input, bad input, and that it goes on after each."""

from __future__ import annotations

import asyncio
import json
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path

import grpc
import onnx
import pytest
from onnx import TensorProto, helper

from nar.codec import graph_from_proto, graph_to_proto
from nar.errors import (
    DeadlineExceeded,
    InvalidGraph,
    InvalidInput,
    LimitExceeded,
    NarError,
    UnknownModel,
    UnsupportedSource,
)
from nar.fingerprint import fingerprint
from nar.graph import Graph
from nar.status import from_rpc_error
from nar.v1 import architecture_pb2, extractor_pb2, extractor_pb2_grpc, graph_pb2

LIGHT_RESNET50 = Path(onnx.__file__).parent / "backend/test/data/light/light_resnet50.onnx"
MAX_ONNX_BYTES = 2_000_000

ModelSource = architecture_pb2.ModelSource


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A running server with a small limit on ONNX files."""
    command = [sys.executable, "-m", "services.extractor.server", "--linger-seconds", "0"]
    command += ["--max-onnx-bytes", str(MAX_ONNX_BYTES), "--log-level", "error"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().split()[1]
    process.terminate()
    assert process.wait(30) == 0


@pytest.fixture
async def stub(address: str) -> AsyncIterator[extractor_pb2_grpc.ExtractorServiceAsyncStub]:
    async with grpc.aio.insecure_channel(address) as channel:
        yield extractor_pb2_grpc.ExtractorServiceStub(channel)


async def extract(
    stub: extractor_pb2_grpc.ExtractorServiceAsyncStub, source: ModelSource, seconds: float = 60
) -> extractor_pb2.ExtractResponse:
    return await stub.Extract(extractor_pb2.ExtractRequest(source=source), timeout=seconds)


async def test_a_model_of_a_library_by_name(stub: extractor_pb2_grpc.ExtractorServiceAsyncStub) -> None:
    response = await extract(stub, ModelSource(name="timm/resnet18"))
    found, graph = response.architecture, graph_from_proto(response.graph)
    assert (found.id, found.name, found.library, found.family) == ("timm/resnet18", "resnet18", "timm", "resnet")
    assert found.library_version
    assert found.block == architecture_pb2.BLOCK_CNN
    assert found.params == 11_689_512
    assert found.flops == pytest.approx(3.64e9, rel=0.02)
    assert (found.ops, found.edges) == (len(graph), graph.edges.shape[1])
    assert found.fingerprint.exact == fingerprint(graph).exact
    assert not found.labels


async def test_an_onnx_file(stub: extractor_pb2_grpc.ExtractorServiceAsyncStub) -> None:
    response = await extract(stub, ModelSource(onnx=LIGHT_RESNET50.read_bytes()))
    found = response.architecture
    assert re.fullmatch("sha256:[0-9a-f]{16}", found.id)
    assert (found.library, found.library_version[:6]) == ("onnx", "opset ")
    assert found.block == architecture_pb2.BLOCK_CNN
    assert sum(response.graph.op_table[op].startswith("conv") for op in response.graph.op) == 53
    again = await extract(stub, ModelSource(onnx=LIGHT_RESNET50.read_bytes()))
    assert again == response


async def test_a_config_json(stub: extractor_pb2_grpc.ExtractorServiceAsyncStub) -> None:
    config = {"model_type": "bert", "architectures": ["BertModel"], "num_hidden_layers": 2}
    response = await extract(stub, ModelSource(config_json=json.dumps(config)))
    found = response.architecture
    assert (found.library, found.family, found.block) == ("transformers", "bert", architecture_pb2.BLOCK_ATTENTION)
    assert found.id.startswith("sha256:")


async def test_a_graph_keeps_its_ops_and_is_described(stub: extractor_pb2_grpc.ExtractorServiceAsyncStub) -> None:
    graph = Graph.from_ops(
        ["input", "conv", "relu"], [(0, 1), (1, 2)], params=[0, 432, 0], flops=[0, 99, 1], name="tiny"
    )
    response = await extract(stub, ModelSource(graph=graph_to_proto(graph)))
    found = response.architecture
    assert fingerprint(graph_from_proto(response.graph)) == fingerprint(graph)
    assert (found.library, found.name, found.params, found.flops, found.ops) == ("graph", "tiny", 432, 100, 3)


def onnx_with_external_data() -> bytes:
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2])
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../../../../etc/passwd")
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", [value], [result], [weight])
    return helper.make_model(graph).SerializeToString()


def zip_archive() -> bytes:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("archive/data.pkl", b"\x80\x02}q\x00.")
    return archive.getvalue()


def safetensors_file() -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(4)


def graph_with(**columns: list[int]) -> graph_pb2.Graph:
    return graph_pb2.Graph(op_table=["relu"], op=[0, 0, 0], **columns)


BAD = {
    "unset": (ModelSource(), InvalidInput, "source", "give one of name, onnx, config_json and graph"),
    "empty-name": (ModelSource(name=""), InvalidInput, "source.name", "1 to 512 bytes"),
    "long-name": (ModelSource(name="timm/" + "x" * 600), InvalidInput, "source.name", "1 to 512 bytes"),
    "empty-onnx": (ModelSource(onnx=b""), UnsupportedSource, "source.onnx", "empty"),
    "text-as-onnx": (ModelSource(onnx=b"hello, world"), UnsupportedSource, "source.onnx", "ONNX"),
    "truncated-onnx": (
        ModelSource(onnx=LIGHT_RESNET50.read_bytes()[:-1000]),
        UnsupportedSource,
        "source.onnx",
        "truncated",
    ),
    "external-data": (ModelSource(onnx=onnx_with_external_data()), UnsupportedSource, "source.onnx", "external data"),
    "pickle": (ModelSource(onnx=pickle.dumps({"a": 1})), UnsupportedSource, "source.onnx", "pickle"),
    "pt2": (ModelSource(onnx=zip_archive()), UnsupportedSource, "source.onnx", "zip"),
    "safetensors": (ModelSource(onnx=safetensors_file()), UnsupportedSource, "source.onnx", "safetensors"),
    "hdf5": (ModelSource(onnx=b"\x89HDF\r\n\x1a\n" + bytes(64)), UnsupportedSource, "source.onnx", "HDF5"),
    "large-onnx": (ModelSource(onnx=bytes(MAX_ONNX_BYTES + 1)), LimitExceeded, "", "Weights are not needed"),
    "large-config": (ModelSource(config_json=" " * (1 << 21)), LimitExceeded, "", "1,048,576 bytes"),
    "no-json": (ModelSource(config_json="{"), UnsupportedSource, "source.config_json", "JSON"),
    "remote-code": (
        ModelSource(config_json=json.dumps({"model_type": "x", "auto_map": {"AutoModel": "evil--modeling.Evil"}})),
        UnsupportedSource,
        "source.config_json.auto_map",
        "code",
    ),
    "unknown-config": (
        ModelSource(config_json=json.dumps({"model_type": "no_such_type", "architectures": ["NoSuchModel"]})),
        UnsupportedSource,
        "source.config_json",
        "no_such_type",
    ),
    "cycle": (
        ModelSource(graph=graph_with(edge_source=[0, 1, 2], edge_target=[1, 2, 0])),
        InvalidGraph,
        "source.graph.edges",
        "cycle: ",
    ),
    "edge-out-of-range": (
        ModelSource(graph=graph_with(edge_source=[0], edge_target=[9])),
        InvalidGraph,
        "source.graph.edges",
        "index 9, but only 3 exist",
    ),
    "op-out-of-range": (
        ModelSource(graph=graph_pb2.Graph(op_table=["relu"], op=[0, 5])),
        InvalidGraph,
        "source.graph.op",
        "index 5, but only 1 exist",
    ),
    "column-length": (
        ModelSource(graph=graph_with(params=[1])),
        InvalidGraph,
        "source.graph.params",
        "1 entries for 3 ops",
    ),
    "empty-graph": (ModelSource(graph=graph_pb2.Graph()), InvalidGraph, "source.graph.op", "has no ops"),
}
CODES = {
    LimitExceeded: grpc.StatusCode.RESOURCE_EXHAUSTED,
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    UnsupportedSource: grpc.StatusCode.INVALID_ARGUMENT,
    InvalidGraph: grpc.StatusCode.INVALID_ARGUMENT,
}


@pytest.mark.parametrize(("source", "kind", "field", "says"), BAD.values(), ids=BAD.keys())
async def test_bad_input_is_answered_and_the_service_goes_on(
    stub: extractor_pb2_grpc.ExtractorServiceAsyncStub, source: ModelSource, kind: type[NarError], field: str, says: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await extract(stub, source)
    error = from_rpc_error(caught.value)
    assert caught.value.code() is CODES[kind]
    assert type(error) is kind
    assert says in str(error)
    assert getattr(error, "field", "") == field
    assert "\n" not in str(error)
    assert len(str(error)) < 400
    assert (await extract(stub, ModelSource(name="timm/resnet18"))).architecture.name == "resnet18"


@pytest.mark.parametrize(
    ("name", "near"), [("timm/resnet5", "timm/resnet50"), ("torchvison/vgg16", "torchvision/vgg16")]
)
async def test_an_unknown_model_suggests_near_ones(
    stub: extractor_pb2_grpc.ExtractorServiceAsyncStub, name: str, near: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await extract(stub, ModelSource(name=name))
    error = from_rpc_error(caught.value)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert isinstance(error, UnknownModel)
    assert near in error.suggestions
    assert near in str(error)


async def test_a_callers_deadline_ends_the_extraction(stub: extractor_pb2_grpc.ExtractorServiceAsyncStub) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await extract(stub, ModelSource(name="timm/vit_large_patch16_224"), seconds=0.02)
    assert isinstance(from_rpc_error(caught.value), DeadlineExceeded)
    assert (await extract(stub, ModelSource(name="timm/resnet18"))).architecture.name == "resnet18"


async def test_models_are_listed_in_pages(stub: extractor_pb2_grpc.ExtractorServiceAsyncStub) -> None:
    whole = await stub.ListModels(extractor_pb2.ListModelsRequest(pattern="timm/resnet1*", page_size=10_000))
    assert "timm/resnet18" in whole.names
    assert list(whole.names) == sorted(whole.names)
    assert not whole.next_page_token
    names: list[str] = []
    token = ""
    while not names or token:
        request = extractor_pb2.ListModelsRequest(pattern="timm/resnet1*", page_size=3, page_token=token)
        page = await stub.ListModels(request)
        assert len(page.names) <= 3
        names.extend(page.names)
        token = page.next_page_token
    assert names == list(whole.names)
    assert len((await stub.ListModels(extractor_pb2.ListModelsRequest())).names) == 1_000
    nothing = await stub.ListModels(extractor_pb2.ListModelsRequest(pattern="timm/nothing*"))
    assert not nothing.names


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (extractor_pb2.ListModelsRequest(page_size=-1), "page_size"),
        (extractor_pb2.ListModelsRequest(page_size=10_001), "page_size"),
        (extractor_pb2.ListModelsRequest(pattern="x" * 513), "pattern"),
    ],
)
async def test_a_malformed_list_request_names_its_field(
    stub: extractor_pb2_grpc.ExtractorServiceAsyncStub, request_: extractor_pb2.ListModelsRequest, field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.ListModels(request_)
    error = from_rpc_error(caught.value)
    assert isinstance(error, InvalidInput)
    assert error.field == field


async def test_many_at_once_are_all_answered(stub: extractor_pb2_grpc.ExtractorServiceAsyncStub) -> None:
    names = ["timm/resnet18", "torchvision/alexnet", "timm/no_such_model", "timm/vit_tiny_patch16_224"] * 3
    answers = await asyncio.gather(*(extract(stub, ModelSource(name=name)) for name in names), return_exceptions=True)
    for name, answer in zip(names, answers, strict=True):
        if name == "timm/no_such_model":
            assert isinstance(answer, grpc.aio.AioRpcError)
        else:
            assert isinstance(answer, extractor_pb2.ExtractResponse)
            assert answer.architecture.id == name
