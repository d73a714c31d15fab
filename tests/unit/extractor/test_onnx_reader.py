"""ONNX files: what is read of them, and what is refused."""

import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from module_doors import export
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from nar.errors import LimitExceeded, UnsupportedSource
from nar.graph import Graph
from services.extractor import onnx_file
from services.extractor.canonical import canonicalise
from services.extractor.onnx_reader import opset, read

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
FLOAT = TensorProto.FLOAT


def light(name: str) -> Graph:
    return canonicalise(read((LIGHT / f"light_{name}.onnx").read_bytes(), name)).graph


def model(
    nodes: list[onnx.NodeProto],
    shape: list[int | str | None],
    *weights: onnx.TensorProto,
    output: str = "y",
    functions: list[onnx.FunctionProto] | None = None,
    version: int = 18,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", FLOAT, shape)],
        [helper.make_tensor_value_info(output, FLOAT, None)],
        list(weights),
    )
    imports = [helper.make_opsetid("", version), helper.make_opsetid("lab", 1)]
    return helper.make_model(graph, opset_imports=imports, functions=functions or [])


def tensor(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ones(shape, np.float32), name)


def integers(name: str, *values: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, np.int64), name)


def graph_of(message: onnx.ModelProto) -> Graph:
    return canonicalise(read(message.SerializeToString(), "m")).graph


@pytest.mark.parametrize(
    ("name", "params", "counts"),
    [
        ("resnet50", 25_530_472, {"conv3x3": 16, "conv1x1": 36, "conv7x7": 1, "add": 16, "relu": 49, "linear": 1}),
        ("densenet121", 7_971_368, {"concat": 58, "batch_norm": 62, "relu": 121, "conv3x3": 58}),
        ("squeezenet", 1_235_496, {"concat": 8, "conv1x1": 17, "conv3x3": 9, "relu": 26}),
        ("vgg19", 143_667_240, {"conv3x3": 16, "max_pool": 5, "linear": 3}),
        ("bvlc_alexnet", 60_965_224, {"local_response_norm": 2, "gconv3x3": 2, "linear": 3}),
        ("inception_v1", 6_998_552, {"concat": 9, "conv5x5": 9, "max_pool": 13}),
        ("inception_v2", 11_185_032, {"concat": 10, "relu": 69}),
        ("shufflenet", 1_379_880, {"dwconv3x3": 16, "gconv1x1": 32, "add": 13}),
        ("zfnet512", 87_250_536, {"local_response_norm": 2, "linear": 3}),
    ],
)
def test_old_files_without_weights_are_read(name: str, params: int, counts: dict[str, int]) -> None:
    graph = light(name)
    assert graph.params.sum() == params
    assert {op: graph.ops.count(op) for op in counts} == counts
    assert graph.shapes[0] == (1, 3, 224, 224)
    assert graph.ops.count("batch_norm") == counts.get("batch_norm", 0)
    assert graph.flops.sum() > 10**8


def test_opset_is_that_of_the_default_domain() -> None:
    assert opset((LIGHT / "light_resnet50.onnx").read_bytes()) == 9


def test_weights_may_be_stripped() -> None:
    message = onnx.ModelProto()
    message.ParseFromString(export(nn.Sequential(nn.Linear(64, 32), nn.ReLU()), torch.randn(1, 64), dynamo=False))
    whole = graph_of(message)
    for initialiser in message.graph.initializer:
        initialiser.ClearField("raw_data")
    stripped = graph_of(message)
    assert stripped.ops == whole.ops == ["input", "linear", "relu"]
    assert stripped.params.tolist() == whole.params.tolist() == [0, 64 * 32 + 32, 0]


def test_an_open_batch_is_one_and_shape_arithmetic_vanishes() -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["batch"]),
        helper.make_node("Concat", ["batch", "rest"], ["target"], axis=0),
        helper.make_node("Reshape", ["x", "target"], ["flat"]),
        helper.make_node("Relu", ["flat"], ["y"]),
    ]
    graph = graph_of(model(nodes, ["batch", 2, 3], integers("zero", 0), integers("rest", -1)))
    assert graph.ops == ["input", "relu"]
    assert graph.shapes == [(1, 2, 3), (1, 6)]


def test_other_open_dimensions_stay_unknown_and_count_no_flops() -> None:
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"])]
    graph = graph_of(model(nodes, ["batch", "length", 8], tensor("w", 8, 4)))
    assert graph.ops == ["input", "linear"]
    assert graph.shapes == [(1, -1, 8), (1, -1, 4)]
    assert graph.flops.sum() == 0
    assert graph.params.sum() == 32


def test_running_statistics_are_no_parameters() -> None:
    nodes = [helper.make_node("BatchNormalization", ["x", "scale", "bias", "mean", "var"], ["y"])]
    weights = [tensor(name, 4) for name in ("scale", "bias", "mean", "var")]
    raw = read(model(nodes, [1, 4, 2, 2], *weights).SerializeToString(), "m")
    assert raw.params == 8
    assert canonicalise(raw).graph.params.tolist() == [0, 8]


def branch(name: str, op: str) -> onnx.GraphProto:
    value = helper.make_tensor_value_info(name, FLOAT, None)
    return helper.make_graph([helper.make_node(op, ["x"], [name])], name, [], [value])


def test_a_branch_that_is_known_to_be_taken_stands_alone() -> None:
    condition = numpy_helper.from_array(np.array(False), "condition")
    node = helper.make_node(
        "If", ["condition"], ["y"], then_branch=branch("a", "Relu"), else_branch=branch("b", "Tanh")
    )
    assert graph_of(model([node], [1, 4], condition)).ops == ["input", "tanh"]


def test_branches_that_depend_on_the_input_both_stand() -> None:
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["largest"], keepdims=0),
        helper.make_node("Cast", ["largest"], ["condition"], to=TensorProto.BOOL),
        helper.make_node("If", ["condition"], ["y"], then_branch=branch("a", "Relu"), else_branch=branch("b", "Tanh")),
    ]
    assert sorted(graph_of(model(nodes, [1, 4])).ops) == ["input", "max", "relu", "tanh", "where"]


def test_the_body_of_a_loop_stands_once() -> None:
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("MatMul", ["state", "w"], ["product"]),
            helper.make_node("Tanh", ["product"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("step", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state", FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", FLOAT, None),
        ],
    )
    nodes = [helper.make_node("Loop", ["count", "", "x"], ["y"], body=body)]
    graph = graph_of(model(nodes, [1, 4], tensor("w", 4, 4), integers("count", 3)))
    assert graph.ops == ["input", "linear", "tanh"]
    assert graph.shapes == [(1, 4)] * 3


def function(name: str, nodes: list[onnx.NodeProto]) -> onnx.FunctionProto:
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("lab", 1)]
    return helper.make_function("lab", name, ["a"], ["b"], nodes, imports)


def test_local_functions_are_inlined() -> None:
    twice = function("Twice", [helper.make_node("Relu", ["a"], ["c"]), helper.make_node("Tanh", ["c"], ["b"])])
    nodes = [helper.make_node("Twice", ["x"], ["y"], domain="lab")]
    assert graph_of(model(nodes, [1, 4], functions=[twice])).ops == ["input", "relu", "tanh"]


def test_functions_that_would_explode_are_refused_before_they_do() -> None:
    functions = [function("F0", [helper.make_node("Relu", ["a"], ["b"])])]
    for level in range(1, 40):
        calls = [("a", "c"), ("c", "b")]
        nodes = [helper.make_node(f"F{level - 1}", [source], [target], domain="lab") for source, target in calls]
        functions.append(function(f"F{level}", nodes))
    message = model([helper.make_node("F39", ["x"], ["y"], domain="lab")], [1, 4], functions=functions)
    with pytest.raises(LimitExceeded, match="nodes"):
        read(message.SerializeToString(), "m")


def test_functions_that_call_themselves_are_refused() -> None:
    loop = function("F", [helper.make_node("F", ["a"], ["b"], domain="lab")])
    message = model([helper.make_node("F", ["x"], ["y"], domain="lab")], [1, 4], functions=[loop])
    with pytest.raises(UnsupportedSource, match="calls itself"):
        read(message.SerializeToString(), "m")


def test_too_many_nodes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_file, "MAX_NODES", 1)
    nodes = [helper.make_node("Relu", ["x"], ["h"]), helper.make_node("Tanh", ["h"], ["y"])]
    with pytest.raises(LimitExceeded, match="2 nodes; at most 1"):
        read(model(nodes, [1, 4]).SerializeToString(), "m")


def outside(holder: str) -> onnx.ModelProto:
    weight = tensor("w", 4, 4)
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="../../etc/passwd")
    if holder == "initialiser":
        return model([helper.make_node("MatMul", ["x", "w"], ["y"])], [1, 4], weight)
    constant = helper.make_node("Constant", [], ["w"], value=weight)
    if holder == "node":
        return model([constant, helper.make_node("MatMul", ["x", "w"], ["y"])], [1, 4])
    inner = helper.make_graph([constant], "inner", [], [helper.make_tensor_value_info("w", FLOAT, None)])
    condition = numpy_helper.from_array(np.array(True), "condition")
    return model(
        [helper.make_node("If", ["condition"], ["y"], then_branch=inner, else_branch=inner)], [1, 4], condition
    )


@pytest.mark.parametrize("holder", ["initialiser", "node", "branch"])
def test_external_data_is_refused_wherever_it_hides(holder: str) -> None:
    with pytest.raises(UnsupportedSource, match=r"'w'.*external data.*inline"):
        read(outside(holder).SerializeToString(), "m")


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.pkl", "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda: b"", "empty"),
        (lambda: pickle.dumps({"a": 1}), "pickle"),
        (zipped, "zip archive"),
        (lambda: b"\x89HDF\r\n\x1a\n" + bytes(64), "HDF5"),
        (lambda: (16).to_bytes(8, "little") + b'{"a":{"dtype":1}' + bytes(8), "safetensors"),
        (lambda: (LIGHT / "light_resnet50.onnx").read_bytes()[:-50], "truncated"),
        (lambda: bytes(range(256)) * 4, "ONNX"),
        (lambda: onnx.ModelProto(ir_version=8).SerializeToString(), "no graph"),
    ],
)
def test_what_is_no_onnx_file_is_refused_by_name(data: Callable[[], bytes], says: str) -> None:
    with pytest.raises(UnsupportedSource, match=says) as caught:
        read(data(), "upload")
    assert caught.value.field == "source.onnx"


def test_a_graph_whose_output_depends_on_nothing_is_refused() -> None:
    nodes = [helper.make_node("Relu", ["w"], ["y"])]
    with pytest.raises(UnsupportedSource, match="depends"):
        read(model(nodes, [1, 4], tensor("w", 1, 4)).SerializeToString(), "m")


def test_damaged_files_are_refused_or_read_but_raise_nothing_else() -> None:
    whole = (LIGHT / "light_squeezenet.onnx").read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(100):
        data = bytearray(whole)
        for position in random.integers(0, len(data), 10):
            data[position] = random.integers(0, 256)
        try:
            read(bytes(data), "damaged")
        except UnsupportedSource:
            refused += 1
    assert refused > 10


def test_module_paths_come_from_the_names_that_exporters_write() -> None:
    node = helper.make_node("Relu", ["x"], ["h"], name="/layer1/layer1.0/act/Relu")
    other = helper.make_node("Tanh", ["h"], ["y"], name="node_7")
    entry = other.metadata_props.add()
    entry.key, entry.value = "pkg.torch.onnx.name_scopes", "['', 'head', 'head.act', 'tanh']"
    assert graph_of(model([node, other], [1, 4])).modules == ["", "layer1.0.act", "head.act"]


def test_what_replaces_undefined_values_after_a_softmax_vanishes() -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "x"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["weights"]),
        helper.make_node("IsNaN", ["weights"], ["undefined"]),
        helper.make_node("Where", ["undefined", "zero", "weights"], ["safe"]),
        helper.make_node("MatMul", ["safe", "x"], ["y"]),
    ]
    zero = numpy_helper.from_array(np.array(0, np.float32), "zero")
    assert graph_of(model(nodes, [1, 4, 4], zero)).ops == ["input", "attention"]


def test_a_mask_is_no_parameter_and_a_bias_is() -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "x"], ["scores"]),
        helper.make_node("Add", ["scores", "added"], ["biased"]),
        helper.make_node("Softmax", ["biased"], ["weights"]),
        helper.make_node("MatMul", ["weights", "x"], ["y"]),
    ]
    mask = np.triu(np.full((4, 4), -np.inf, np.float32), 1)
    for added, params in ((mask, 0), (np.ones((4, 4), np.float32), 16)):
        graph = graph_of(model(nodes, [1, 4, 4], numpy_helper.from_array(added, "added")))
        assert graph.ops == ["input", "attention"]
        assert graph.params.sum() == params
