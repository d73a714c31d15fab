"""The stream of messages that makes an index job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from nar.client.calls import job_header
from nar.client.sources import Item, Source, expand, is_pattern, model_source, name_of
from nar.errors import InvalidInput, LimitExceeded, NarError, UnsupportedSource
from nar.graph import Graph
from nar.v1 import index_pb2

Unreadable = Callable[[str, NarError], None]
"""Told the name of a source that cannot be read on this side, and why."""

Sources = Source | Item | Sequence[Source | Item]
"""One model or many; a text may also be a pattern over model names or a folder."""

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
    ) -> None:
        """Sorts the sources into patterns and items.

        Raises:
            InvalidInput: there are none, or more than 100 patterns.
            UnsupportedSource: a folder holds no models.

        """
        every = (sources,) if isinstance(sources, (str, Path, bytes, Graph, Item)) else tuple(sources)
        patterns = tuple(source for source in every if isinstance(source, str) and is_pattern(source))
        others = tuple(source for source in every if not (isinstance(source, str) and is_pattern(source)))
        if not every:
            raise InvalidInput("there is nothing to index: name at least one source", "source")
        if len(patterns) > MAX_SELECTORS:
            raise InvalidInput(f"{len(patterns)} patterns are given: {MAX_SELECTORS} fit into one job", "selectors")
        self.header = job_header(patterns, collection, labels, idempotency_key)
        self.items = tuple(expand(others))
        self.unreadable = unreadable
        self.error: NarError | None = None

    def messages(self) -> Iterator[index_pb2.CreateIndexJobRequest]:
        """The header, then one message for each item.

        Raises:
            UnsupportedSource, LimitExceeded: an item cannot be read or sent, and nobody listens for such.

        """
        yield self.header
        for item in self.items:
            try:
                yield _item_message(item)
            except (UnsupportedSource, LimitExceeded) as error:
                if self.unreadable is None:
                    self.error = error
                    raise
                self.unreadable(name_of(item.source), error)


def _item_message(item: Item) -> index_pb2.CreateIndexJobRequest:
    message = index_pb2.IndexItem(
        source=model_source(item.source), id=item.id, labels=item.labels, family=item.family, task=item.task
    )
    return index_pb2.CreateIndexJobRequest(item=message)
