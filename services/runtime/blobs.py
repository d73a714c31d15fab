"""The blob store: graphs, decompositions, vectors, uploads by key, in a folder or any fsspec file system."""

from __future__ import annotations

import asyncio
import hashlib
import posixpath
import re
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from nar.errors import InvalidInput, NotFound, Unavailable

_SEGMENT = re.compile(r"^[A-Za-z0-9._\-=@:+%]{1,255}$")
_MAX_SEGMENT = 200
_MAX_KEY = 1024


def segment(text: str) -> str:
    """`text` as one part of a key: percent-encoded; what would be too long is cut and ends with its SHA-256."""
    quoted = quote(text, safe="@:+=")
    if quoted.strip(".") and len(quoted) <= _MAX_SEGMENT:
        return quoted
    return f"{quoted[:100].rstrip('%').strip('.')}-{hashlib.sha256(text.encode()).hexdigest()}"


class BlobStore:
    """Bytes by key below one URL: a plain path, file://, s3://, memory://, ...

    Keys are parts joined by "/", such as "graphs/0123.pb"; see `segment` for parts made from foreign texts. A blob is
    seen whole or not at all. All methods raise InvalidInput for a malformed key and Unavailable when the store fails.
    """

    def __init__(self, url: str) -> None:
        self._fs: Any
        self._fs, root = url_to_fs(url)
        self._root = root.rstrip("/")
        self._local = isinstance(self._fs, LocalFileSystem)

    async def put(self, key: str, data: bytes) -> None:
        """Writes `data`; a blob of the same key is replaced."""
        await self._run(self._put, self._path(key), data)

    async def get(self, key: str) -> bytes:
        """The blob's bytes.

        Raises:
            NotFound: there is no such blob.

        """
        try:
            return bytes(await self._run(self._fs.cat_file, self._path(key)))
        except FileNotFoundError as error:
            raise NotFound(f"there is no blob {key!r}") from error

    async def exists(self, key: str) -> bool:
        """Whether there is such a blob."""
        return bool(await self._run(self._fs.isfile, self._path(key)))

    async def delete(self, key: str) -> None:
        """Removes the blob; nothing happens when there is none."""
        try:
            await self._run(self._fs.rm_file, self._path(key))
        except FileNotFoundError:
            return

    async def keys(self, prefix: str) -> list[str]:
        """The keys below `prefix` (whole parts, such as "architectures/default"), sorted."""
        found = await self._run(self._fs.find, self._path(prefix))
        names = (str(path).removeprefix(f"{self._root}/") for path in found)
        return sorted(name for name in names if not posixpath.basename(name).startswith(".tmp-"))

    def _path(self, key: str) -> str:
        parts = key.split("/")
        if len(key) > _MAX_KEY or not all(_SEGMENT.match(part) and part.strip(".") for part in parts):
            raise InvalidInput(f"{key[:200]!r} is no blob key: parts of letters, digits and '._-=@:+%' joined by '/'")
        if parts[-1].startswith(".tmp-"):
            raise InvalidInput(f"{key[:200]!r} is no blob key: names that begin with '.tmp-' are for unfinished writes")
        return f"{self._root}/{key}"

    def _put(self, path: str, data: bytes) -> None:
        if not self._local:
            self._fs.pipe_file(path, data)
            return
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".tmp-{uuid.uuid4().hex}")
        try:
            unfinished.write_bytes(data)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)

    async def _run(self, call: Any, *args: Any) -> Any:
        """Runs a blocking call in a thread."""
        try:
            return await asyncio.to_thread(call, *args)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise Unavailable(f"the blob store {self._root} failed: {error}") from error
