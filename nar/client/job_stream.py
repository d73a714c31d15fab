"""The stream of messages that makes an index job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from nar.client.calls import job_header
from nar.client.sources import Item, Source, expand, is_pattern, model_source, name_of, patterns
from nar.errors import InvalidInput, LimitExceeded, NarError, UnsupportedSource
from nar.graph import Graph
from nar.sharding import shard_of
from nar.v1 import index_pb2

Unreadable = Callable[[str, NarError], None]
"""Told the name of a source that cannot be read on this side, and why."""

Sources = Source | Item | Sequence[Source | Item]
"""One model or many; a text may also be a pattern over model names, a folder or its URL, or a list of such."""

MAX_SELECTORS = 100


class JobStream:
    """Messages of one job, read and stripped one by one as they are sent, so that memory does not grow with the job.

    What stops it is kept in `error`, because gRPC would only log it.
    """

    def __init__(
        self,
        sources: Sources,
        *,
        collection: str,
        labels: Mapping[str, str],
        idempotency_key: str,
        unreadable: Unreadable | None,
        skip_known: bool = False,
        shard: tuple[int, int] = (0, 1),
    ) -> None:
        """Sorts the sources into patterns and items.

        Args:
            sources: see `Sources`.
            collection: where to put them.
            labels: of each of them.
            idempotency_key: see `nar.Client.index`.
            unreadable: told about what cannot be read, which is then left out.
            skip_known: see `nar.Client.index`.
            shard: number of a part of the models, from 0, and of how many parts.

        Raises:
            InvalidInput: there are none, or more than 100 patterns, or there is no such shard.

        """
        every = (sources,) if isinstance(sources, (str, Path, bytes, Graph, Item)) else tuple(sources)
        selectors = tuple(patterns(every))
        others = tuple(source for source in every if not (isinstance(source, str) and is_pattern(source)))
        if not every:
            raise InvalidInput("there is nothing to index: name at least one source", "source")
        if len(selectors) > MAX_SELECTORS:
            raise InvalidInput(f"{len(selectors)} patterns are given: {MAX_SELECTORS} fit into one job", "selectors")
        if not 0 <= shard[0] < shard[1]:
            raise InvalidInput(f"there is no shard {shard[0]} of {shard[1]}: they are numbered from 0", "shard")
        self.header = job_header(selectors, collection, labels, idempotency_key, skip_known=skip_known, shard=shard)
        self._others, self._shard = others, shard
        self.unreadable = unreadable
        self.error: NarError | None = None

    def messages(self) -> Iterator[index_pb2.CreateIndexJobRequest]:
        """The header, then one message for each item of the shard.

        Raises:
            NarError: a source, or one of its items, cannot be read, and nobody listens for such.

        """
        yield self.header
        for other in self._others:
            try:
                yield from filter(None, map(self._message, expand((other,))))
            except (UnsupportedSource, LimitExceeded) as error:
                self._leave_out(other, error)
            except NarError as error:
                self.error = error
                raise

    def _message(self, item: Item) -> index_pb2.CreateIndexJobRequest | None:
        """The message of an item; none where it belongs to another shard or is left out."""
        number, count = self._shard
        if shard_of(item.id or name_of(item.source), count) != number:
            return None
        try:
            return _item_message(item)
        except (UnsupportedSource, LimitExceeded) as error:
            self._leave_out(item.source, error)
            return None

    def _leave_out(self, source: Source | Item, error: NarError) -> None:
        if self.unreadable is None:
            self.error = error
            raise error
        self.unreadable(name_of(source.source if isinstance(source, Item) else source), error)


def _item_message(item: Item) -> index_pb2.CreateIndexJobRequest:
    message = index_pb2.IndexItem(
        source=model_source(item.source), id=item.id, labels=item.labels, family=item.family, task=item.task
    )
    return index_pb2.CreateIndexJobRequest(item=message)
