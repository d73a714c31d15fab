"""A query from end to end: find its vector and motifs, ask the catalogue, gather evidence."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nar.architecture import Architecture, Decomposition
from nar.errors import FailedPrecondition, InvalidInput, NotFound
from nar.fingerprint import fingerprint
from nar.graph import Graph
from services.runtime import metrics
from services.search.cached_catalogue import CachedCatalogue
from services.search.catalogue import Hit, Vector
from services.search.evidence import MotifCount, SharedMotif, motif_counts, shared
from services.search.filters import Filter

MAX_RESULTS = 16_384

_KEPT = 2_000

# Scores nearer than this are equal; where a whole page is, those of the same graph are looked for among so many more.
_SAME_SCORE = 1e-6
_TIES = 50


class Backends(Protocol):
    """The other services, and what earlier work left behind."""

    async def mine(self, graph: Graph) -> Decomposition:
        """Divides a graph."""

    async def embed(self, decomposition: Decomposition, model_version: str) -> tuple[Vector, str]:
        """The vector of a divided graph, and the model version that made it; NotFound where that is not served."""

    async def motifs(self, exact: str) -> tuple[MotifCount, ...]:
        """The motifs of an indexed architecture; none where they are not known."""


@dataclass(frozen=True)
class Query:
    """What to find neighbours of: a vector, and, where there are such, the architecture and its motifs."""

    vector: Vector
    architecture: Architecture | None = None
    motifs: tuple[MotifCount, ...] = ()
    excluded_id: str = ""


@dataclass(frozen=True)
class Neighbour:
    """A hit, with the motifs that it shares with the query."""

    hit: Hit
    shared: Sequence[SharedMotif]


@dataclass(frozen=True)
class _Embedded:
    """What a graph's query needs, and the model version that its vector is of."""

    vector: Vector
    model_version: str
    motifs: tuple[MotifCount, ...]


class Queries:
    """Answers queries from a catalogue; a graph that was asked for lately is not mined and embedded again.

    `index_version` is what the index had before the query came: a later write makes known answers void.
    """

    def __init__(self, catalogue: CachedCatalogue, backends: Backends) -> None:
        self._catalogue = catalogue
        self._backends = backends
        self._embedded: OrderedDict[str, _Embedded] = OrderedDict()

    async def by_id(self, collection: str, identity: str, index_version: int, *, with_motifs: bool) -> Query:
        """The query of an indexed architecture; it is not among its own neighbours.

        Raises:
            NotFound: the collection has none of this id.
        """
        row = await self._catalogue.get(collection, identity, index_version)
        if row is None:
            raise NotFound(f"collection {collection!r} has no architecture {identity!r}; `nar list` shows what it has")
        motifs = await self._backends.motifs(row.architecture.fingerprint.exact) if with_motifs else ()
        return Query(row.vector, row.architecture, motifs, identity)

    async def by_graph(self, graph: Graph, architecture: Architecture | None) -> Query:
        """The query of a canonical graph.

        Raises:
            FailedPrecondition: the embedder does not serve the model version of the index.
        """
        live = await self._catalogue.model_version()
        exact = fingerprint(graph).exact
        known = self._embedded.get(exact)
        is_known = known is not None and live in ("", known.model_version)
        metrics.SEARCH_CACHE.labels("vector", "hit" if is_known else "miss").inc()
        if known is None or not is_known:
            decomposition = await self._backends.mine(graph)
            try:
                vector, version = await self._backends.embed(decomposition, live)
            except NotFound as error:
                raise FailedPrecondition(
                    f"the index holds vectors of {live!r}: {error}; `nar index --rebuild` makes the index anew"
                ) from error
            known = _Embedded(vector, version, motif_counts(decomposition))
        self._remember(exact, known)
        return Query(known.vector, architecture, known.motifs)

    def _remember(self, exact: str, known: _Embedded) -> None:
        """Keeps the graphs that were asked for last."""
        self._embedded[exact] = known
        self._embedded.move_to_end(exact)
        while len(self._embedded) > _KEPT:
            self._embedded.popitem(last=False)

    async def neighbours(
        self,
        query: Query,
        collection: str,
        where: Filter,
        offset: int,
        limit: int,
        index_version: int,
        *,
        with_motifs: bool,
    ) -> list[Neighbour]:
        """The neighbours of rank `offset` to `offset + limit`, best first; before all, those of the same graph.

        What has the fingerprint of the query may share its score with others, which the vector does not tell apart.

        Raises:
            InvalidInput: the vector has the wrong length, or the page lies beyond MAX_RESULTS.
            NotFound: there is no such collection.
        """
        if offset + limit > MAX_RESULTS:
            raise InvalidInput(f"only the nearest {MAX_RESULTS:,} neighbours can be paged through", "page_token")
        wanted = offset + limit + (1 if query.excluded_id else 0)
        hits = await self._catalogue.nearest(query.vector, collection, where, wanted, index_version)
        if query.architecture is not None:
            exact = query.architecture.fingerprint.exact
            if len(hits) == wanted < _TIES and hits[0].score - hits[-1].score < _SAME_SCORE:
                hits = await self._catalogue.nearest(query.vector, collection, where, _TIES, index_version)
            hits = sorted(hits, key=lambda hit: hit.architecture.fingerprint.exact != exact)
        if not hits and collection not in await self._catalogue.collections():
            raise NotFound(
                f"there is no collection {collection!r}; `nar collections` lists them, `nar index` makes one"
            )
        others = [hit for hit in hits if hit.architecture.id != query.excluded_id][offset : offset + limit]
        return [Neighbour(hit, await self._evidence(query, hit) if with_motifs else ()) for hit in others]

    async def _evidence(self, query: Query, hit: Hit) -> Sequence[SharedMotif]:
        if not query.motifs:
            return ()
        return shared(query.motifs, await self._backends.motifs(hit.architecture.fingerprint.exact))
