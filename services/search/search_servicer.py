"""SearchService: translates the protocol to queries and back."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from nar.codec import architecture_from_proto, architecture_to_proto, graph_from_proto
from nar.errors import InvalidInput, NotFound
from nar.v1 import architecture_pb2, graph_pb2, search_pb2, search_pb2_grpc
from services.runtime.blobs import BlobStore
from services.runtime.interceptor import Context
from services.search import filters, page_token, validation
from services.search.admission import Admission
from services.search.backends import GrpcBackends
from services.search.cached_catalogue import CachedCatalogue
from services.search.catalogue import Catalogue
from services.search.index_version import IndexVersion
from services.search.messages import ArchitectureMessages
from services.search.queries import Neighbour, Queries, Query
from services.search.settings import SearchSettings

_DEFAULT_TOP, _MAX_TOP = 10, 1_000
_DEFAULT_PAGE, _MAX_PAGE = 100, 1_000


Paged = TypeVar("Paged", search_pb2.SearchRequest, search_pb2.ListArchitecturesRequest)


class SearchServicer(search_pb2_grpc.SearchServiceServicer):
    """At most so many searches run at once, so many wait; more are refused."""

    def __init__(
        self,
        settings: SearchSettings,
        catalogue: Catalogue,
        backends: GrpcBackends,
        blobs: BlobStore,
        index_version: IndexVersion,
    ) -> None:
        self._catalogue = catalogue
        self._backends = backends
        self._queries = Queries(CachedCatalogue(catalogue, settings.cached_results), backends)
        self._blobs = blobs
        self._index_version = index_version
        self._messages = ArchitectureMessages()
        self._admission = Admission(settings.max_concurrent_searches, settings.max_waiting_searches)

    async def Search(self, request: search_pb2.SearchRequest, context: Context) -> search_pb2.SearchResponse:
        """Finds the nearest architectures."""
        async with self._admission.admitted(context.peer()):
            return await self._search(request)

    async def _search(self, request: search_pb2.SearchRequest) -> search_pb2.SearchResponse:
        collection = validation.collection_name(request.collection)
        where = filters.parse(request.filter)
        limit = validation.page_size(request.page_size, _DEFAULT_TOP, _MAX_TOP)
        bound = _without_token(request)
        offset = int(page_token.decode(request.page_token, bound) or 0)
        # Read first: what is written from here on must make this answer void.
        version = await self._index_version.get()
        query = await self._query(request, collection, version)
        found = await self._queries.neighbours(
            query, collection, where, offset, limit + 1, version, with_motifs=not request.omit_motifs
        )
        response = search_pb2.SearchResponse(
            neighbours=[self._neighbour(item) for item in found[:limit]],
            next_page_token=page_token.encode(str(offset + limit), bound) if len(found) > limit else "",
            model_version=await self._catalogue.model_version(),
            index_version=version,
        )
        if query.architecture is not None:
            response.query.CopyFrom(architecture_to_proto(query.architecture))
        return response

    async def _query(self, request: search_pb2.SearchRequest, collection: str, version: int) -> Query:
        match request.WhichOneof("query"):
            case "architecture_id":
                identity = validation.architecture_id(request.architecture_id)
                with_motifs = not request.omit_motifs
                return await self._queries.by_id(collection, identity, version, with_motifs=with_motifs)
            case "vector":
                if not request.vector.values:
                    raise InvalidInput("the query vector is empty", "vector")
                return Query(np.array(request.vector.values, np.float32))
            case "graph":
                source = architecture_pb2.ModelSource(graph=request.graph)
            case "source":
                source = request.source
            case _:
                raise InvalidInput("the request has no query: set architecture_id, vector, graph or source", "query")
        found = await self._backends.extract(source)
        return await self._queries.by_graph(graph_from_proto(found.graph), architecture_from_proto(found.architecture))

    async def GetArchitecture(
        self, request: search_pb2.GetArchitectureRequest, context: Context
    ) -> search_pb2.GetArchitectureResponse:
        """Returns one indexed architecture."""
        collection = validation.collection_name(request.collection)
        row = await self._catalogue.get(collection, validation.architecture_id(request.id))
        if row is None:
            raise NotFound(
                f"collection {collection!r} has no architecture {request.id!r}; `nar list` shows what it has"
            )
        exact = row.architecture.fingerprint.exact
        response = search_pb2.GetArchitectureResponse(
            architecture=architecture_to_proto(row.architecture),
            motifs=[
                search_pb2.MotifCount(fingerprint=item.fingerprint, name=item.name, count=item.count, ops=item.ops)
                for item in await self._backends.motifs(exact)
            ],
            model_version=await self._catalogue.model_version(),
        )
        if request.include_graph:
            response.graph.CopyFrom(graph_pb2.Graph.FromString(await self._blobs.get(f"graphs/{exact}.pb")))
        if request.include_vector:
            response.vector.values.extend(row.vector)
        return response

    async def ListArchitectures(
        self, request: search_pb2.ListArchitecturesRequest, context: Context
    ) -> search_pb2.ListArchitecturesResponse:
        """Lists indexed architectures in the order of their ids."""
        collection = validation.collection_name(request.collection)
        limit = validation.page_size(request.page_size, _DEFAULT_PAGE, _MAX_PAGE)
        bound = _without_token(request)
        after = page_token.decode(request.page_token, bound)
        found = await self._catalogue.page(collection, filters.parse(request.filter), after, limit + 1)
        more = len(found) > limit
        return search_pb2.ListArchitecturesResponse(
            architectures=[architecture_to_proto(item) for item in found[:limit]],
            next_page_token=page_token.encode(found[limit - 1].id, bound) if more else "",
        )

    async def ListCollections(
        self, request: search_pb2.ListCollectionsRequest, context: Context
    ) -> search_pb2.ListCollectionsResponse:
        """Lists the collections with their sizes."""
        counts = await self._catalogue.collections()
        return search_pb2.ListCollectionsResponse(
            collections=[search_pb2.Collection(name=name, architectures=count) for name, count in counts.items()],
            model_version=await self._catalogue.model_version(),
        )

    def _neighbour(self, item: Neighbour) -> search_pb2.Neighbour:
        return search_pb2.Neighbour(
            architecture=self._messages.of(item.hit.architecture),
            score=item.hit.score,
            shared_motifs=[
                search_pb2.SharedMotif(
                    fingerprint=motif.fingerprint,
                    name=motif.name,
                    query_count=motif.query_count,
                    neighbour_count=motif.neighbour_count,
                )
                for motif in item.shared
            ],
        )


def _without_token(request: Paged) -> bytes:
    """All of a request but its page token."""
    copy = type(request).FromString(request.SerializeToString())
    copy.page_token = ""
    return copy.SerializeToString(deterministic=True)
