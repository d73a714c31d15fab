"""Queries by graph: equal graphs are mined and embedded once, and never across model versions."""

from dataclasses import dataclass, field

import pytest

from nar.architecture import Architecture, Decomposition, Fingerprint
from nar.errors import FailedPrecondition, NotFound
from nar.graph import Graph
from services.motif_miner import mine
from services.search.cached_catalogue import CachedCatalogue
from services.search.catalogue import Hit, Vector
from services.search.evidence import MotifCount
from services.search.filters import Filter
from services.search.queries import Queries, Query

GRAPH = Graph.from_ops(["input", "conv3x3", "relu"], [(0, 1), (1, 2)])
SAME = Graph.from_ops(["conv3x3", "relu", "input"], [(2, 0), (0, 1)], name="another name")
OTHER = Graph.from_ops(["input", "conv5x5", "relu"], [(0, 1), (1, 2)])


@dataclass
class Counting:
    """Miner and embedder in this process, and a catalogue of four architectures."""

    served: str = "nar-1"
    live: str = "nar-1"
    mined: list[Graph] = field(default_factory=list)
    asked: int = 0

    async def mine(self, graph: Graph) -> Decomposition:
        self.mined.append(graph)
        return mine(graph)

    async def embed(self, decomposition: Decomposition, model_version: str) -> tuple[Vector, str]:
        if model_version not in ("", self.served):
            raise NotFound(f"model version {model_version} is not served here")
        return [float(len(decomposition.op_instance)), float(len(self.mined))], self.served

    async def motifs(self, exact: str) -> tuple[MotifCount, ...]:
        return ()

    async def model_version(self) -> str:
        return self.live

    async def nearest(self, vector: Vector, collection: str, where: Filter, offset: int, limit: int) -> list[Hit]:
        self.asked += 1
        return [Hit(architecture(name), 1.0) for name in ("a", "b", "c", "d")][offset : offset + limit]


def architecture(name: str) -> Architecture:
    return Architecture(
        id=name, name=name, library="", fingerprint=Fingerprint("", name), params=0, flops=0, ops=0, edges=0
    )


async def test_equal_graphs_are_mined_and_embedded_once() -> None:
    parts = Counting()
    queries = Queries(CachedCatalogue(parts, 10), parts)
    first, second = await queries.by_graph(GRAPH, None), await queries.by_graph(SAME, None)
    assert (first.vector, first.motifs) == (second.vector, second.motifs)
    assert first.motifs
    assert (await queries.by_graph(OTHER, None)).vector != first.vector
    assert parts.mined == [GRAPH, OTHER]


async def test_a_vector_of_another_version_is_not_used() -> None:
    parts = Counting()
    queries = Queries(CachedCatalogue(parts, 10), parts)
    await queries.by_graph(GRAPH, None)
    parts.live = "nar-2"
    with pytest.raises(FailedPrecondition, match="nar-2"):
        await queries.by_graph(GRAPH, None)
    parts.served = "nar-2"
    assert (await queries.by_graph(GRAPH, None)).vector[1] == 3


async def test_the_same_graph_comes_before_others_of_the_same_score() -> None:
    parts = Counting()
    queries = Queries(CachedCatalogue(parts, 10), parts)
    query = Query([1.0], architecture("c"))
    found = await queries.neighbours(query, "default", (), 0, 2, 1, with_motifs=False)
    rest = await queries.neighbours(query, "default", (), 2, 2, 1, with_motifs=False)
    assert [item.hit.architecture.id for item in (*found, *rest)] == ["c", "a", "b", "d"]
    # Each page is a question, and, as all scores are equal, those of the same graph are looked for once for both.
    assert parts.asked == 3
    await queries.neighbours(query, "default", (), 2, 2, 1, with_motifs=False)
    assert parts.asked == 3
    await queries.neighbours(query, "default", (), 0, 2, 2, with_motifs=False)
    assert parts.asked == 5


async def test_a_vector_alone_is_asked_for_as_many_as_wanted() -> None:
    parts = Counting()
    queries = Queries(CachedCatalogue(parts, 10), parts)
    found = await queries.neighbours(Query([1.0]), "default", (), 1, 2, 1, with_motifs=False)
    assert [item.hit.architecture.id for item in found] == ["b", "c"]
    assert parts.asked == 1
