"""The generated stubs and the messages' sizes."""

import importlib.util
from pathlib import Path

import numpy as np

from nar.codec import graph_from_proto, graph_to_proto
from nar.graph import Graph

ROOT = Path(__file__).parents[2]


def test_stubs_are_those_that_the_protos_generate(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "protos" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.generate(tmp_path)
    fresh = {path.name: path.read_text() for path in (tmp_path / "nar" / "v1").iterdir()}
    kept = {path.name: path.read_text() for path in (ROOT / "nar" / "v1").glob("*_pb2*")}
    assert kept == fresh, "stale stubs: run `make protos`"


def test_100_000_ops_fit_into_4_mb() -> None:
    rng = np.random.default_rng(0)
    size = 100_000
    target = rng.integers(1, size, 150_000)
    graph = Graph(
        op_table=tuple(f"op{index}" for index in range(60)),
        op=rng.integers(0, 60, size),
        edges=np.stack([np.maximum(target - rng.integers(1, 40, 150_000), 0), target]),
        shape_table=tuple((1, channels, 56, 56) for channels in range(500)),
        shape=rng.integers(0, 500, size),
        params=rng.integers(0, 10_000_000, size),
        flops=rng.integers(0, 10_000_000_000, size),
        module_table=tuple(f"model.layers.{index}.self_attn.q_proj" for index in range(10_000)),
        module=np.sort(rng.integers(0, 10_000, size)),
    )
    message = graph_to_proto(graph)
    assert message.ByteSize() < 4 * 1024 * 1024
    again = graph_from_proto(message)
    assert again.ops == graph.ops
    np.testing.assert_array_equal(again.edges, graph.edges)
    np.testing.assert_array_equal(again.flops, graph.flops)
