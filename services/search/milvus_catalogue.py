"""The catalogue in Milvus, or in milvus-lite."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pymilvus import MilvusClient

from nar.architecture import Architecture
from nar.errors import FailedPrecondition, InvalidInput, Unavailable
from services.runtime import metrics
from services.search.catalogue import Hit, Live, Row, Vector
from services.search.coalescing import Coalescer
from services.search.filters import Filter
from services.search.milvus_connection import MilvusConnection
from services.search.milvus_expression import expression, quote
from services.search.milvus_schema import (
    ALIAS,
    architecture_of,
    collection_name,
    create,
    live,
    primary_key,
    promote,
    record,
    stored_versions,
)

_MAX_ROWS = 16_384
_EF = 128
_LIVE_SECONDS = 1.0


class MilvusCatalogue:
    """See `services.search.catalogue.Catalogue`; writing is what only the worker does.

    Args:
        uri: of the server.
        token: for the server, "" for none.
        timeout: seconds that one call gets.
        batch: vectors, or ids, in one call.
        parallel: calls of each kind at the same time.
    """

    def __init__(self, uri: str, token: str, timeout: float, batch: int = 64, parallel: int = 2) -> None:
        self._timeout = timeout
        self._call = MilvusConnection(uri, token, timeout).call
        self._known, self._known_until = Live("", 0), 0.0
        self._asking = asyncio.Lock()
        self._searches = Coalescer(self._find, batch, parallel)
        self._gets = Coalescer(self._get, batch, parallel)

    async def answers(self) -> bool:
        """Whether the server answers."""
        try:
            await self._call(lambda client: client.list_collections(timeout=5.0))
        except Unavailable:
            return False
        return True

    async def model_version(self) -> str:
        """Model version of the live vectors; "" where nothing was ever written."""
        return (await self._live()).model_version

    async def nearest(self, vector: Vector, collection: str, where: Filter, offset: int, limit: int) -> list[Hit]:
        """The nearest of a collection, best first; equal scores in the order of their ids."""
        live = await self._live()
        if not live.model_version:
            return []
        if len(vector) != live.dimensions:
            raise InvalidInput(f"the vector has {len(vector)} elements, those of the index {live.dimensions}", "vector")
        hits = await self._searches.answer((vector, min(offset + limit, _MAX_ROWS)), (collection, where))
        return sorted(hits, key=lambda hit: (-round(hit.score, 6), hit.architecture.id))[offset : offset + limit]

    async def _find(self, wanted: Sequence[tuple[Vector, int]], place: tuple[str, Filter]) -> list[list[Hit]]:
        """The so many nearest of each vector, in one call."""
        top = max(limit for _, limit in wanted)

        def search(client: MilvusClient) -> list[list[Hit]]:
            found = client.search(
                ALIAS,
                data=[np.asarray(vector, np.float32) for vector, _ in wanted],
                anns_field="vector",
                filter=expression(*place),
                limit=top,
                output_fields=["metadata"],
                search_params={"metric_type": "COSINE", "params": {"ef": max(_EF, 2 * top)}},
                consistency_level="Bounded",
                timeout=self._timeout,
            )
            return [[Hit(architecture_of(hit["entity"]), float(hit["distance"])) for hit in hits] for hits in found]

        metrics.SEARCH_BATCH.labels("search").observe(len(wanted))
        answers = await self._call(search)
        return [hits[:limit] for hits, (_, limit) in zip(answers, wanted, strict=True)]

    async def _live(self) -> Live:
        """What is live; what is known of it holds for a moment, and one of many searches asks for all."""
        async with self._asking:
            if not self._known.model_version or time.monotonic() > self._known_until:
                self._known = await self._call(live)
                self._known_until = time.monotonic() + _LIVE_SECONDS
            return self._known

    async def get(self, collection: str, identity: str, *, settled: bool = False) -> Row | None:
        """One architecture with its vector."""
        if not await self.model_version():
            return None
        return await self._gets.answer(identity, (collection, settled))

    async def _get(self, identities: Sequence[str], place: tuple[str, bool]) -> list[Row | None]:
        """Many of them, in one call."""
        collection, settled = place
        metrics.SEARCH_BATCH.labels("get").observe(len(identities))
        keys = ", ".join(quote(primary_key(collection, identity)) for identity in dict.fromkeys(identities))
        consistency = "Bounded" if settled else "Strong"
        found = await self._query(f"pk in [{keys}]", ["id", "metadata", "vector"], len(identities), consistency)
        rows = {str(row["id"]): Row(architecture_of(row), [float(value) for value in row["vector"]]) for row in found}
        return [rows.get(identity) for identity in identities]

    async def page(self, collection: str, where: Filter, after: str, limit: int) -> list[Architecture]:
        """Architectures in the order of their ids, from behind the id `after`."""
        if not await self.model_version():
            return []
        behind = (f"id > {quote(after)}",) if after else ()
        names = await self._query(expression(collection, where, behind), ["id"], _MAX_ROWS)
        chosen = sorted(str(row["id"]) for row in names)[:limit]
        if not chosen:
            return []
        keys = ", ".join(quote(primary_key(collection, name)) for name in chosen)
        rows = await self._query(f"pk in [{keys}]", ["metadata"], limit)
        return sorted((architecture_of(row) for row in rows), key=lambda item: item.id)

    async def collections(self) -> dict[str, int]:
        """Number of architectures of each collection."""
        if not await self.model_version():
            return {}

        def count(client: MilvusClient) -> dict[str, int]:
            counts: dict[str, int] = {}
            rows = client.query_iterator(ALIAS, batch_size=5_000, output_fields=["collection"], timeout=self._timeout)
            while batch := rows.next():
                for row in batch:
                    counts[row["collection"]] = counts.get(row["collection"], 0) + 1
            rows.close()
            return dict(sorted(counts.items()))

        return await self._call(count)

    async def size(self) -> tuple[str, int]:
        """Model version and rows of the live index."""
        version = await self.model_version()
        if not version:
            return "", 0
        counted = await self._call(
            lambda client: client.query(ALIAS, filter="", output_fields=["count(*)"], timeout=self._timeout)
        )
        return version, int(counted[0]["count(*)"])

    async def delete(self, collection: str, identity: str) -> None:
        """Removes an architecture."""
        await self._call(
            lambda client: client.delete(ALIAS, ids=[primary_key(collection, identity)], timeout=self._timeout)
        )

    async def known(self, collection: str, identities: Sequence[str]) -> set[str]:
        """Those of the ids that a collection has."""
        if not await self.model_version():
            return set()
        keys = ", ".join(quote(primary_key(collection, identity)) for identity in identities)
        return {str(row["id"]) for row in await self._query(f"pk in [{keys}]", ["id"], _MAX_ROWS)}

    async def holders(self, collection: str, exact: Sequence[str]) -> dict[str, list[str]]:
        """Ids of the architectures of a collection that have one of the exact fingerprints, by fingerprint."""
        if not await self.model_version():
            return {}
        wanted = ", ".join(quote(item) for item in dict.fromkeys(exact))
        rows = await self._query(expression(collection, (), (f"exact in [{wanted}]",)), ["id", "exact"], _MAX_ROWS)
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(str(row["exact"]), []).append(str(row["id"]))
        return found

    async def upsert(self, rows: Sequence[Row], model_version: str) -> None:
        """Writes `rows`, replacing those of the same id.

        Raises:
            FailedPrecondition: the vectors are of another model version than the live ones, and no index of it is
                being built.
        """
        live_version = (await self._call(live)).model_version
        if not live_version:
            await self.begin(model_version, len(rows[0].vector))
            await self._call(lambda client: promote(client, model_version))
        elif model_version != live_version and model_version not in await self.versions():
            raise FailedPrecondition(
                f"the index holds vectors of {live_version!r}, these are of {model_version!r}: `nar index --rebuild` "
                "builds a new index beside it"
            )
        records = [record(row, model_version) for row in rows]
        await self._call(lambda client: client.upsert(collection_name(model_version), records, timeout=self._timeout))

    async def begin(self, model_version: str, dimensions: int) -> None:
        """Makes room for the vectors of a model version; searches do not see them before `promote`."""
        await self._call(lambda client: create(client, model_version, dimensions))

    async def versions(self) -> list[str]:
        """Model versions that have vectors here, the live one among them."""
        return list(await self._call(stored_versions))

    async def promote(self, model_version: str) -> None:
        """Makes the vectors of a model version the live ones, in one step; drops all but these and the last ones."""
        await self.make_searchable(model_version)
        await self._call(lambda client: promote(client, model_version))
        self._known_until = 0.0

    async def make_searchable(self, model_version: str = "") -> None:
        """Flushes and loads what was written: until then a search of milvus-lite is far slower.

        Nothing is released before: searches go on meanwhile.

        Args:
            model_version: whose vectors; "" for the live ones.
        """
        name = collection_name(model_version) if model_version else ALIAS

        def refresh(client: MilvusClient) -> None:
            client.flush(name)
            client.load_collection(name)

        if model_version or await self.model_version():
            await self._call(refresh)

    async def _query(
        self, condition: str, fields: list[str], limit: int, consistency: str = "Strong"
    ) -> list[Mapping[str, Any]]:
        def query(client: MilvusClient) -> list[Mapping[str, Any]]:
            rows = client.query(
                ALIAS,
                filter=condition,
                output_fields=fields,
                limit=limit,
                consistency_level=consistency,
                timeout=self._timeout,
            )
            return list(rows)

        return await self._call(query)
