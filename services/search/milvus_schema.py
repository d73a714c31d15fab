"""How architectures lie in Milvus: one Milvus collection a model version, an alias for the live one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pymilvus import DataType, MilvusClient

from nar.architecture import Architecture, Block, Fingerprint
from services.search.catalogue import Live, Row
from services.search.milvus_expression import label_field

ALIAS = "nar_live"
_VERSION = "nar.model_version"
# Of the names of our collections in Milvus.
_PREFIX = "nar_"

_TEXTS = {"pk": 640, "id": 512, "collection": 64, "name": 512, "library": 128, "family": 256, "block": 16, "task": 128}
_TEXTS |= {"topology": 32, "exact": 32, "model_version": 128}
_NUMBERS = ("params", "flops", "ops")

# Architectures whose metadata are kept as read, at a few kilobytes each.
_KEPT = 16_384


def live(client: MilvusClient) -> Live:
    """What the alias names."""
    if not client.has_collection(ALIAS):
        return Live("", 0)
    found = client.describe_collection(ALIAS)
    dimensions = next(field["params"]["dim"] for field in found["fields"] if field["name"] == "vector")
    # A property, because milvus-lite forgets a collection's description.
    return Live(str(found["properties"][_VERSION]), int(dimensions))


def collection_name(model_version: str) -> str:
    """Name of the Milvus collection of a model version."""
    return _PREFIX + re.sub(r"\W", "_", model_version)


def stored_versions(client: MilvusClient) -> dict[str, str]:
    """Names of the Milvus collections by model version."""
    names = [name for name in client.list_collections() if name.startswith(_PREFIX)]
    return {str(client.describe_collection(name)["properties"][_VERSION]): name for name in names}


def promote(client: MilvusClient, model_version: str) -> None:
    """Lets the alias name the collection of a model version; of the others only the one that was live is kept."""
    before, name = live(client).model_version, collection_name(model_version)
    if before == model_version:
        return
    if before:
        client.alter_alias(name, ALIAS)
    else:
        client.create_alias(name, ALIAS)
    for version, other in stored_versions(client).items():
        if version not in (before, model_version):
            client.drop_collection(other)


def create(client: MilvusClient, model_version: str, dimensions: int) -> None:
    """Makes the collection of a model version, unless there is one."""
    schema = client.create_schema(auto_id=False, enable_dynamic_field=True, description=model_version)
    for field, length in _TEXTS.items():
        schema.add_field(field, DataType.VARCHAR, max_length=length, is_primary=field == "pk")
    for field in _NUMBERS:
        schema.add_field(field, DataType.INT64)
    schema.add_field("metadata", DataType.VARCHAR, max_length=65_535)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="HNSW", metric_type="COSINE", params={"M": 16, "efConstruction": 200})
    name = collection_name(model_version)
    if not client.has_collection(name):
        client.create_collection(
            name,
            schema=schema,
            index_params=index,
            consistency_level="Bounded",
            properties={_VERSION: model_version},
        )


def primary_key(collection: str, identity: str) -> str:
    """Of an architecture."""
    return f"{collection}/{identity}"


def record(row: Row, model_version: str) -> dict[str, Any]:
    """What is written of an architecture."""
    item = row.architecture
    return {
        "pk": primary_key(item.collection, item.id),
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


def architecture_of(row: Mapping[str, Any]) -> Architecture:
    """What was written, read again; equal rows give the same object."""
    return _from_json(row["metadata"])


# Neighbours come again and again: kept ones cost no time, and those that answers hold are there once.
@lru_cache(_KEPT)
def _from_json(text: str) -> Architecture:
    content = json.loads(text)
    indexed = content["indexed_at"]
    content["fingerprint"] = Fingerprint(*content["fingerprint"])
    content["block"] = Block(content["block"])
    content["indexed_at"] = datetime.fromisoformat(indexed).astimezone(UTC) if indexed else None
    return Architecture(**content)
