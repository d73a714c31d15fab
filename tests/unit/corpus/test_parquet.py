"""The data set's file: what is written is read, by us and by plain pyarrow."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from nar.architecture import Architecture, Block
from nar.corpus import parquet
from nar.corpus.darts import random_genotype, to_graph
from nar.errors import FailedPrecondition
from nar.fingerprint import fingerprint
from nar.graph import Graph


def record(seed: int) -> parquet.Record:
    bare = to_graph(random_genotype(np.random.default_rng(seed)))
    size = len(bare)
    graph = Graph(
        bare.op_table,
        bare.op,
        bare.edges,
        shape_table=((1, 3, 8, 8), ()),
        shape=np.arange(size) % 2,
        params=np.arange(size),
        flops=np.arange(size) * 10**12,
    )
    architecture = Architecture(
        id=f"darts/{seed}",
        name=str(seed),
        library="darts",
        library_version="1",
        family=f"class{seed % 3}",
        block=Block.CNN,
        fingerprint=fingerprint(graph),
        params=int(graph.params.sum()),
        flops=int(graph.flops.sum()),
        ops=size,
        edges=graph.edges.shape[1],
        unknown_ops={"odd": 2},
    )
    return architecture, graph, (f"other/{seed}",)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    records = [record(seed) for seed in range(3)]
    path = tmp_path / "set.parquet"
    assert parquet.write(path, iter(records), {"licence": "Apache-2.0"}) == 3
    read = list(parquet.read(path))
    assert [(own[0], own[2]) for own in read] == [(own[0], own[2]) for own in records]
    assert [fingerprint(graph) for _, graph, _ in read] == [architecture.fingerprint for architecture, _, _ in records]
    assert [graph.flops.tolist() for _, graph, _ in read] == [graph.flops.tolist() for _, graph, _ in records]
    assert [file.name for file in tmp_path.iterdir()] == ["set.parquet"]


def test_plain_pyarrow_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "set.parquet"
    parquet.write(path, [record(0)], {"licence": "Apache-2.0"})
    table = pq.read_table(path)
    assert table.schema.metadata[b"licence"] == b"Apache-2.0"
    row = table.to_pylist()[0]
    assert row["op_table"][row["op"][0]] == "input"
    assert len(row["edge_source"]) == row["edges"]


def test_what_is_no_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FailedPrecondition, match="cannot be read"):
        list(parquet.read(tmp_path / "missing.parquet"))
    (tmp_path / "text.parquet").write_text("no")
    with pytest.raises(FailedPrecondition, match="cannot be read"):
        list(parquet.read(tmp_path / "text.parquet"))
    pq.write_table(pq.read_table(_written(tmp_path)).drop_columns(["task"]), tmp_path / "other.parquet")
    with pytest.raises(FailedPrecondition, match="other columns"):
        list(parquet.read(tmp_path / "other.parquet"))


def _written(folder: Path) -> Path:
    parquet.write(folder / "set.parquet", [record(0)])
    return folder / "set.parquet"
