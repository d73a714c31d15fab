"""The catalogue on a real milvus-lite server and on a real standalone Milvus."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from milvus_process import SERVERS
from pymilvus import MilvusClient

from nar.architecture import Architecture, Block, Fingerprint
from nar.errors import FailedPrecondition, Unavailable
from services.search.catalogue import Row
from services.search.filters import parse
from services.search.milvus_catalogue import MilvusCatalogue


@pytest.fixture(scope="module", params=sorted(SERVERS))
def milvus_uri(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with SERVERS[request.param](tmp_path_factory.mktemp("milvus")) as uri:
        yield uri


@pytest.fixture
def catalogue(milvus_uri: str) -> Iterator[MilvusCatalogue]:
    yield MilvusCatalogue(milvus_uri, "", 30.0)
    client = MilvusClient(milvus_uri)
    for name in client.list_collections():
        for alias in client.list_aliases(name)["aliases"]:
            client.drop_alias(alias)
        client.drop_collection(name)
    client.close()


def row(name: str, angle: float, *, collection: str = "default", labels: dict[str, str] | None = None) -> Row:
    vector = np.zeros(8)
    vector[:2] = np.cos(angle), np.sin(angle)
    architecture = Architecture(
        id=name,
        collection=collection,
        name=name,
        library="timm",
        family='res"net' if angle < 1 else "vit",
        block=Block.CNN,
        fingerprint=Fingerprint("t" * 32, f"{name:x<32}"[:32]),
        params=int(angle * 1_000),
        flops=1,
        ops=1,
        edges=0,
        labels=labels or {},
    )
    return Row(architecture, vector.tolist())


async def test_an_empty_index_answers_nothing(catalogue: MilvusCatalogue) -> None:
    assert await catalogue.model_version() == ""
    assert await catalogue.nearest([0.0] * 8, "default", (), 0, 5) == []
    assert await catalogue.get("default", "a") is None
    assert await catalogue.collections() == {}
    assert await catalogue.size() == ("", 0)


async def test_write_search_filter_replace_and_remove(catalogue: MilvusCatalogue) -> None:
    rows = [row(f"m{index}", index / 10, labels={"owner": "me"} if index < 3 else {}) for index in range(20)]
    await catalogue.upsert([*rows, row("m0", 0.0, collection="other")], "v-1")
    await catalogue.make_searchable()
    query = rows[0].vector
    near = await catalogue.nearest(query, "default", (), 0, 4)
    assert [hit.architecture.id for hit in near] == ["m0", "m1", "m2", "m3"]
    assert near[0].score == pytest.approx(1.0, abs=1e-4)
    assert near[0].architecture == rows[0].architecture
    assert [hit.architecture.id for hit in await catalogue.nearest(query, "default", (), 2, 2)] == ["m2", "m3"]

    async def ids(text: str) -> list[str]:
        return [hit.architecture.id for hit in await catalogue.nearest(query, "default", parse(text), 0, 20)]

    assert await ids('labels.owner = "me"') == ["m0", "m1", "m2"]
    assert await ids('family = "res\\"net" AND params >= 800') == ["m8", "m9"]
    assert await ids('family = "x\\" or pk != \\""') == []
    assert await catalogue.collections() == {"default": 20, "other": 1}
    assert await catalogue.size() == ("v-1", 21)

    assert await catalogue.holders("default", [rows[3].architecture.fingerprint.exact]) == {
        rows[3].architecture.fingerprint.exact: ["m3"]
    }
    await catalogue.upsert([row("m3", 0.0)], "v-1")
    assert (await catalogue.collections())["default"] == 20
    await catalogue.delete("default", "m0")
    assert await catalogue.get("default", "m0") is None
    assert await catalogue.get("other", "m0") is not None


async def test_pages_are_in_the_order_of_the_ids(catalogue: MilvusCatalogue) -> None:
    await catalogue.upsert([row(name, 0.1) for name in "dbca"], "v-1")
    assert [item.id for item in await catalogue.page("default", (), "", 3)] == ["a", "b", "c"]
    assert [item.id for item in await catalogue.page("default", (), "c", 3)] == ["d"]


async def test_vectors_of_another_model_version_are_refused(catalogue: MilvusCatalogue) -> None:
    await catalogue.upsert([row("a", 0.1)], "v-1")
    with pytest.raises(FailedPrecondition, match="v-2"):
        await catalogue.upsert([row("b", 0.1)], "v-2")


async def test_an_index_is_rebuilt_beside_the_live_one_and_replaces_it_at_once(catalogue: MilvusCatalogue) -> None:
    await catalogue.upsert([row("a", 0.1), row("b", 0.2)], "v-1")
    await catalogue.make_searchable()
    await catalogue.begin("v-2", 4)
    narrow = [Row(own.architecture, own.vector[:4]) for own in (row("a", 0.1), row("b", 0.2), row("c", 0.3))]
    await catalogue.upsert(narrow, "v-2")
    assert await catalogue.model_version() == "v-1"
    assert await catalogue.collections() == {"default": 2}
    assert len(await catalogue.nearest(row("a", 0.1).vector, "default", (), 0, 5)) == 2

    await catalogue.promote("v-2")
    assert await catalogue.model_version() == "v-2"
    assert await catalogue.collections() == {"default": 3}
    assert [hit.architecture.id for hit in await catalogue.nearest(narrow[2].vector, "default", (), 0, 1)] == ["c"]
    assert sorted(await catalogue.versions()) == ["v-1", "v-2"]

    await catalogue.begin("v-3", 4)
    await catalogue.promote("v-3")
    assert sorted(await catalogue.versions()) == ["v-2", "v-3"]
    await catalogue.promote("v-3")
    assert sorted(await catalogue.versions()) == ["v-2", "v-3"]


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    lost = MilvusCatalogue("http://127.0.0.1:1", "", 2.0)
    assert not await lost.answers()
    with pytest.raises(Unavailable):
        await lost.model_version()


async def test_many_questions_at_once_get_their_own_answers(catalogue: MilvusCatalogue) -> None:
    rows = [row(f"m{number}", number / 10) for number in range(10)]
    await catalogue.upsert([*rows, row("m0", 1.5, collection="other")], "v1")
    await catalogue.make_searchable()
    asked = [catalogue.nearest(own.vector, "default", (), 0, 1 + number % 3) for number, own in enumerate(rows)]
    found = await asyncio.gather(*asked, catalogue.nearest(rows[0].vector, "other", (), 0, 5))
    assert [hits[0].architecture.id for hits in found] == [*(own.architecture.id for own in rows), "m0"]
    assert [len(hits) for hits in found] == [*(1 + number % 3 for number in range(10)), 1]
    gotten = await asyncio.gather(*(catalogue.get("default", name) for name in ("m3", "none", "m3", "m4")))
    assert [own.architecture.id if own else None for own in gotten] == ["m3", None, "m3", "m4"]
