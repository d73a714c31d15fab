"""Weights are dropped, topology stays, and memory does not follow the size of the file."""

import os
import pickle
import resource
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from nar.errors import LimitExceeded, UnsupportedSource
from nar.onnx_weights import KEPT_BYTES, strip, strip_file

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def model_with(*nodes: onnx.NodeProto, initializers: tuple[onnx.TensorProto, ...] = ()) -> onnx.ModelProto:
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])
    return helper.make_model(helper.make_graph(nodes, "g", [value], [result], initializers))


def small_and_large() -> onnx.ModelProto:
    large = numpy_helper.from_array(np.ones((64, 64), np.float32), "w")
    as_floats = helper.make_tensor("f", TensorProto.FLOAT, [1000], [1.5] * 1000)
    shape = numpy_helper.from_array(np.array([1, 4], np.int64), "shape")
    constant = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(np.ones(5000, np.float32), "k"))
    matmul = helper.make_node("MatMul", ["x", "w"], ["h"], name="product")
    reshape = helper.make_node("Reshape", ["h", "shape"], ["y"])
    return model_with(constant, matmul, reshape, initializers=(large, as_floats, shape))


def without_values(model: onnx.ModelProto) -> onnx.ModelProto:
    """What stripping must give, by onnx's own classes."""
    expected = onnx.ModelProto()
    expected.CopyFrom(model)
    tensors = [*expected.graph.initializer, *(a.t for n in expected.graph.node for a in n.attribute if a.HasField("t"))]
    for tensor in tensors:
        if np.prod(tensor.dims) * 4 > KEPT_BYTES:
            for field in ("raw_data", "float_data", "int64_data"):
                tensor.ClearField(field)
    return expected


def test_values_of_large_tensors_are_dropped_and_everything_else_stays() -> None:
    model = small_and_large()
    stripped = onnx.load_from_string(strip(model.SerializeToString()))
    assert stripped == without_values(model)
    assert numpy_helper.to_array(stripped.graph.initializer[2]).tolist() == [1, 4]
    assert len(stripped.SerializeToString()) < 1000 < len(model.SerializeToString())


def test_weights_inside_the_branches_of_an_if_are_dropped() -> None:
    weight = numpy_helper.from_array(np.ones((64, 64), np.float32), "inner")
    output = [helper.make_tensor_value_info("b", TensorProto.FLOAT, [1, 4])]
    node = helper.make_node("MatMul", ["x", "inner"], ["b"])
    branch = helper.make_graph([node], "branch", [], output, [weight])
    model = model_with(helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch))
    stripped = onnx.load_from_string(strip(model.SerializeToString()))
    inner = stripped.graph.node[0].attribute[0].g
    assert inner.node[0].op_type == "MatMul"
    assert list(inner.initializer[0].dims) == [64, 64]
    assert not inner.initializer[0].raw_data


def test_weights_inside_a_function_are_dropped() -> None:
    constant = helper.make_node("Constant", [], ["o"], value=numpy_helper.from_array(np.ones(5000, np.float32)))
    model = model_with(helper.make_node("F", ["x"], ["y"], domain="local"))
    opset = [helper.make_opsetid("", 20)]
    model.functions.append(helper.make_function("local", "F", ["i"], ["o"], [constant], opset))
    stripped = onnx.load_from_string(strip(model.SerializeToString()))
    assert stripped.functions[0].node[0].op_type == "Constant"
    assert not stripped.functions[0].node[0].attribute[0].t.raw_data


def test_references_to_external_data_are_dropped() -> None:
    model = small_and_large()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret")
    stripped = onnx.load_from_string(strip(model.SerializeToString()))
    assert not stripped.graph.initializer[0].external_data
    assert not stripped.graph.initializer[0].HasField("data_location")
    assert list(stripped.graph.initializer[0].dims) == [64, 64]


@pytest.mark.parametrize("path", sorted(LIGHT.glob("light_*.onnx")), ids=lambda path: path.stem)
def test_real_files_keep_their_topology(path: Path) -> None:
    original, stripped = onnx.load(path), onnx.load_from_string(strip_file(path))
    for before, after in zip(original.graph.node, stripped.graph.node, strict=True):
        assert (before.op_type, before.input, before.output) == (after.op_type, after.input, after.output)
    assert [(t.name, t.dims) for t in original.graph.initializer] == [
        (t.name, t.dims) for t in stripped.graph.initializer
    ]


def sparse_model(path: Path, weight_bytes: int) -> None:
    """A valid ONNX file with one enormous tensor whose bytes take no space on disk."""

    def varint(number: int) -> bytes:
        parts = bytearray()
        while number > 0x7F:
            parts.append(number & 0x7F | 0x80)
            number >>= 7
        return bytes([*parts, number])

    description = TensorProto(dims=[weight_bytes // 4], data_type=TensorProto.FLOAT, name="w").SerializeToString()
    raw = b"\x4a" + varint(weight_bytes)
    tensor = b"\x2a" + varint(len(description) + len(raw) + weight_bytes) + description + raw
    graph = model_with(helper.make_node("Add", ["x", "w"], ["y"])).graph.SerializeToString()
    head = b"\x08\x08\x3a" + varint(len(graph) + len(tensor) + weight_bytes) + graph + tensor
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + weight_bytes)


MEASURE = """
import resource, sys
from pathlib import Path
from nar.onnx_weights import strip_file
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
Path(sys.argv[2]).write_bytes(strip_file(Path(sys.argv[1])))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_file_of_3_gb_is_stripped_with_flat_memory(tmp_path: Path) -> None:
    sparse_model(tmp_path / "large.onnx", 3 << 30)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, tmp_path / "large.onnx", tmp_path / "small.onnx"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 8 << 10, "KiB of memory beyond the start"
    stripped = onnx.load(tmp_path / "small.onnx")
    assert [node.op_type for node in stripped.graph.node] == ["Add"]
    assert list(stripped.graph.initializer[0].dims) == [3 << 28]


def test_3_gb_of_zeros_are_refused_at_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "zeros.onnx"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 3 << 30)
    with pytest.raises(UnsupportedSource, match="not an ONNX model: garbage at byte 0"):
        strip_file(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 3 << 20


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(kept: float) -> None:
    data = (LIGHT / "light_resnet50.onnx").read_bytes()
    with pytest.raises(UnsupportedSource, match="truncated"):
        strip(data[: int(len(data) * kept)])


def test_other_formats_are_refused_by_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("archive/data.pkl", b"x")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps({"weights": [1.0]}))
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (tmp_path / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    (tmp_path / "page.onnx").write_text("<!DOCTYPE html>")
    (tmp_path / "empty.onnx").write_bytes(b"")
    for name, kind in {
        "model.pt": "zip archive",
        "model.pkl": "pickle",
        "model.safetensors": "safetensors",
        "page.onnx": "text file",
        "empty.onnx": "empty",
        "missing.onnx": "cannot be read",
    }.items():
        with pytest.raises(UnsupportedSource, match=kind):
            strip_file(tmp_path / name)


def test_garbage_is_refused_whatever_it_is() -> None:
    generator = np.random.default_rng(0)
    for length in (1, 2, 10, 100, 1000):
        for _ in range(50):
            with pytest.raises(UnsupportedSource):
                strip(generator.bytes(length))


def test_a_topology_that_is_too_large_is_refused() -> None:
    model = small_and_large()
    model.graph.doc_string = "x" * (65 << 20)
    with pytest.raises(LimitExceeded, match="larger than 64 MiB"):
        strip(model.SerializeToString())
