"""The blob store on a real folder and on another fsspec file system."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest

from nar.errors import InvalidInput, NotFound, Unavailable
from services.runtime.blobs import BlobStore, segment


@pytest.fixture(params=["folder", "file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    urls = {"folder": str(tmp_path), "file": f"file://{tmp_path}", "memory": f"memory://{uuid.uuid4().hex}"}
    return BlobStore(urls[request.param])


async def test_what_is_put_is_what_is_got(store: BlobStore) -> None:
    await store.put("graphs/0a.pb", b"one")
    await store.put("graphs/0a.pb", b"two")
    await store.put("empty", b"")
    assert await store.get("graphs/0a.pb") == b"two"
    assert await store.get("empty") == b""
    assert await store.exists("graphs/0a.pb")
    assert not await store.exists("graphs")


async def test_what_is_not_there_is_not_found_and_can_be_deleted(store: BlobStore) -> None:
    with pytest.raises(NotFound, match=r"no blob 'graphs/none\.pb'"):
        await store.get("graphs/none.pb")
    assert not await store.exists("graphs/none.pb")
    await store.delete("graphs/none.pb")
    await store.put("graphs/some.pb", b"x")
    await store.delete("graphs/some.pb")
    assert not await store.exists("graphs/some.pb")


async def test_keys_are_listed_below_a_prefix(store: BlobStore) -> None:
    for key in ("a/x/1", "a/x/2", "a/y", "b"):
        await store.put(key, b"")
    assert await store.keys("a") == ["a/x/1", "a/x/2", "a/y"]
    assert await store.keys("a/x") == ["a/x/1", "a/x/2"]
    assert await store.keys("nothing") == []


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "a/../b", "..", "a//b", "a/", ".", "a\x00b", "a b", "a\\b", "é", "x" * 256, ".tmp-1"]
)
async def test_keys_that_could_leave_the_store_are_refused(store: BlobStore, key: str) -> None:
    for call in (store.get(key), store.put(key, b""), store.exists(key), store.delete(key)):
        with pytest.raises(InvalidInput, match="is no blob key"):
            await call


@pytest.mark.parametrize("text", ["timm/resnet50", "..", ".", "a b/ü%\\\x00", "x" * 512, "ü" * 200, "sha256:0123"])
async def test_any_text_has_a_segment_of_its_own(store: BlobStore, text: str) -> None:
    key = f"architectures/default/{segment(text)}.pb"
    await store.put(key, text.encode())
    assert await store.get(key) == text.encode()
    assert await store.keys("architectures/default") == [key]
    assert segment(text) != segment(text + "x")


async def test_readers_see_a_blob_whole_or_not_at_all(tmp_path: Path) -> None:
    store = BlobStore(str(tmp_path))
    versions = [bytes([number]) * 300_000 for number in range(8)]
    await store.put("blob", versions[0])

    async def write(data: bytes) -> None:
        for _ in range(10):
            await store.put("blob", data)

    async def read() -> None:
        for _ in range(40):
            assert await store.get("blob") in versions

    await asyncio.gather(*(write(data) for data in versions), read(), read())
    assert [path.name for path in tmp_path.iterdir()] == ["blob"]


async def test_a_write_that_fails_leaves_the_old_blob(tmp_path: Path) -> None:
    store = BlobStore(str(tmp_path))
    await store.put("a/blob", b"old")
    (tmp_path / "a" / "folder").mkdir()
    (tmp_path / "a" / "folder" / "full").touch()
    with pytest.raises(Unavailable, match="the blob store"):
        await store.put("a/folder", b"new")
    assert await store.get("a/blob") == b"old"
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["blob", "folder"]
