"""The catalogue in Milvus, or in milvus-lite: one Milvus collection a model version, an alias for the live one."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from nar.architecture import Architecture, Block, Fingerprint
from nar.errors import FailedPrecondition, InvalidInput, Unavailable
from services.search.catalogue import Hit, Row, Vector
from services.search.filters import Filter
from services.search.milvus_expression import expression, label_field, quote

T = TypeVar("T")

ALIAS = "nar_live"
_VERSION = "nar.model_version"

_TEXTS = {"pk": 640, "id": 512, "collection": 64, "name": 512, "library": 128, "family": 256, "block": 16, "task": 128}
_TEXTS |= {"topology": 32, "exact": 32, "model_version": 128}
_NUMBERS = ("params", "flops", "ops")
_MAX_ROWS = 16_384
_EF = 128


class MilvusCatalogue:
    """See `services.search.catalogue.Catalogue`; writing is what only the worker does.

    Args:
        uri: of the server.
        token: for the server, "" for none.
        timeout: seconds that one call gets.
    """

    def __init__(self, uri: str, token: str, timeout: float) -> None:
        self._uri, self._token, self._timeout = uri, token, timeout
        self._client: MilvusClient | None = None

    async def answers(self) -> bool:
        """Whether the server answers."""
        try:
            await self._call(lambda client: client.list_collections(timeout=5.0))
        except Unavailable:
            return False
        return True

    async def model_version(self) -> str:
        """Model version of the live vectors; "" where nothing was ever written."""
        return await self._call(_live_version)

    async def nearest(self, vector: Vector, collection: str, where: Filter, offset: int, limit: int) -> list[Hit]:
        """The nearest of a collection, best first; equal scores in the order of their ids."""
        if not await self.model_version():
            return []
        top = min(offset + limit, _MAX_ROWS)

        def search(client: MilvusClient) -> list[Hit]:
            dimensions = _dimensions(client)
            if len(vector) != dimensions:
                raise InvalidInput(f"the vector has {len(vector)} elements, those of the index {dimensions}", "vector")
            found = client.search(
                ALIAS,
                data=[list(vector)],
                anns_field="vector",
                filter=expression(collection, where),
                limit=top,
                output_fields=["metadata"],
                search_params={"metric_type": "COSINE", "params": {"ef": max(_EF, 2 * top)}},
                consistency_level="Bounded",
                timeout=self._timeout,
            )
            return [Hit(_architecture(hit["entity"]), float(hit["distance"])) for hit in found[0]]

        hits = await self._call(search)
        return sorted(hits, key=lambda hit: (-round(hit.score, 6), hit.architecture.id))[offset : offset + limit]

    async def get(self, collection: str, identity: str) -> Row | None:
        """One architecture with its vector."""
        if not await self.model_version():
            return None
        key = f"pk == {quote(_key(collection, identity))}"
        rows = await self._query(key, ["metadata", "vector"], 1)
        return Row(_architecture(rows[0]), [float(value) for value in rows[0]["vector"]]) if rows else None

    async def page(self, collection: str, where: Filter, after: str, limit: int) -> list[Architecture]:
        """Architectures in the order of their ids, from behind the id `after`."""
        if not await self.model_version():
            return []
        behind = (f"id > {quote(after)}",) if after else ()
        names = await self._query(expression(collection, where, behind), ["id"], _MAX_ROWS)
        chosen = sorted(str(row["id"]) for row in names)[:limit]
        if not chosen:
            return []
        keys = ", ".join(quote(_key(collection, name)) for name in chosen)
        rows = await self._query(f"pk in [{keys}]", ["metadata"], limit)
        return sorted((_architecture(row) for row in rows), key=lambda item: item.id)

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

    async def delete(self, collection: str, identity: str) -> None:
        """Removes an architecture."""
        await self._call(lambda client: client.delete(ALIAS, ids=[_key(collection, identity)], timeout=self._timeout))

    async def known(self, collection: str, identities: Sequence[str]) -> set[str]:
        """Those of the ids that a collection has."""
        if not await self.model_version():
            return set()
        keys = ", ".join(quote(_key(collection, identity)) for identity in identities)
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
            FailedPrecondition: the vectors are of another model version than the live ones.
        """
        live = await self.model_version()
        if live not in ("", model_version):
            raise FailedPrecondition(
                f"the index holds vectors of {live!r}, these are of {model_version!r}: build a new index beside it"
            )
        if not live:
            await self._call(lambda client: _create(client, model_version, len(rows[0].vector)))
        records = [_record(row, model_version) for row in rows]
        await self._call(lambda client: client.upsert(_name(model_version), records, timeout=self._timeout))

    async def make_searchable(self) -> None:
        """Flushes and loads what was written: until then a search of milvus-lite is far slower.

        Nothing is released before: searches go on meanwhile.
        """

        def refresh(client: MilvusClient) -> None:
            client.flush(ALIAS)
            client.load_collection(ALIAS)

        if await self.model_version():
            await self._call(refresh)

    async def _query(self, condition: str, fields: list[str], limit: int) -> list[Mapping[str, Any]]:
        def query(client: MilvusClient) -> list[Mapping[str, Any]]:
            rows = client.query(
                ALIAS,
                filter=condition,
                output_fields=fields,
                limit=limit,
                consistency_level="Strong",
                timeout=self._timeout,
            )
            return list(rows)

        return await self._call(query)

    async def _call(self, function: Callable[[MilvusClient], T]) -> T:
        """Runs a blocking call in a thread; the connection is made with the first one."""
        try:
            return await asyncio.to_thread(self._connected, function)
        except MilvusException as error:
            self._client = None
            raise Unavailable(f"Milvus at {self._uri} failed: {error.message}", retry_after=1.0) from error

    def _connected(self, function: Callable[[MilvusClient], T]) -> T:
        if self._client is None:
            client = MilvusClient(uri=self._uri, token=self._token, timeout=self._timeout)
            if client.has_collection(ALIAS):
                # A server that was restarted has it on disk only.
                client.load_collection(ALIAS)
            self._client = client
        return function(self._client)


def _live_version(client: MilvusClient) -> str:
    if not client.has_collection(ALIAS):
        return ""
    # A property, because milvus-lite forgets a collection's description.
    return str(client.describe_collection(ALIAS)["properties"][_VERSION])


def _dimensions(client: MilvusClient) -> int:
    """Length of the live vectors."""
    fields = client.describe_collection(ALIAS)["fields"]
    return int(next(field["params"]["dim"] for field in fields if field["name"] == "vector"))


def _name(model_version: str) -> str:
    """Name of the Milvus collection of a model version."""
    return "nar_" + re.sub(r"\W", "_", model_version)


def _create(client: MilvusClient, model_version: str, dimensions: int) -> None:
    """Makes the collection of a model version, and lets the alias name it."""
    schema = client.create_schema(auto_id=False, enable_dynamic_field=True, description=model_version)
    for field, length in _TEXTS.items():
        schema.add_field(field, DataType.VARCHAR, max_length=length, is_primary=field == "pk")
    for field in _NUMBERS:
        schema.add_field(field, DataType.INT64)
    schema.add_field("metadata", DataType.VARCHAR, max_length=65_535)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="HNSW", metric_type="COSINE", params={"M": 16, "efConstruction": 200})
    name = _name(model_version)
    if not client.has_collection(name):
        client.create_collection(
            name,
            schema=schema,
            index_params=index,
            consistency_level="Bounded",
            properties={_VERSION: model_version},
        )
    client.create_alias(name, ALIAS)


def _key(collection: str, identity: str) -> str:
    return f"{collection}/{identity}"


def _record(row: Row, model_version: str) -> dict[str, Any]:
    item = row.architecture
    return {
        "pk": _key(item.collection, item.id),
        "id": item.id,
        "collection": item.collection,
        "name": item.name,
        "library": item.library,
        "family": item.family,
        "block": item.block.value,
        "task": item.task,
        "topology": item.fingerprint.topology,
        "exact": item.fingerprint.exact,
        "model_version": model_version,
        "params": item.params,
        "flops": item.flops,
        "ops": item.ops,
        "metadata": _to_json(item),
        "vector": list(row.vector),
        **{label_field(key): value for key, value in item.labels.items()},
    }


def _to_json(item: Architecture) -> str:
    indexed = item.indexed_at.isoformat() if item.indexed_at else None
    content = {
        **vars(item),
        "fingerprint": [item.fingerprint.topology, item.fingerprint.exact],
        "labels": dict(item.labels),
        "unknown_ops": dict(item.unknown_ops),
        "indexed_at": indexed,
    }
    return json.dumps(content, ensure_ascii=False)


def _architecture(row: Mapping[str, Any]) -> Architecture:
    content = json.loads(row["metadata"])
    indexed = content["indexed_at"]
    content["fingerprint"] = Fingerprint(*content["fingerprint"])
    content["block"] = Block(content["block"])
    content["indexed_at"] = datetime.fromisoformat(indexed).astimezone(UTC) if indexed else None
    return Architecture(**content)
