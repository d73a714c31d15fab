"""The spans of queue tasks. Each stage's is the parent of the next one's: an item is a chain within its job's trace."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import structlog

from nar.errors import NarError
from services.runtime import metrics
from services.runtime.delivery import Entry
from services.runtime.spans import Kind, Span, span, start
from services.runtime.tasks import Outcome, Task
from services.runtime.telemetry import trace_ids


class TaskSpans:
    """The spans of entries that are handled together; `entries` are these, with their spans as trace context."""

    def __init__(self, stage: str, entries: Sequence[Entry]) -> None:
        self._spans = [_start(stage, entry) for entry in entries]
        self.entries = [
            replace(entry, task=replace(entry.task, traceparent=made.traceparent))
            for entry, made in zip(entries, self._spans, strict=True)
        ]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Marks those as failed that failed."""
        for made, outcome in zip(self._spans, outcomes, strict=True):
            if isinstance(outcome, NarError):
                made.set("error.type", type(outcome).__name__)
                made.fail(str(outcome))

    def end(self) -> None:
        """Ends them all."""
        for made in self._spans:
            made.end()


@contextmanager
def task_spans(stage: str, entries: Sequence[Entry]) -> Iterator[TaskSpans]:
    """A span for each of `entries` while it lasts."""
    made = TaskSpans(stage, entries)
    try:
        yield made
    finally:
        made.end()


@contextmanager
def handling(stage: str, tasks: Sequence[Task]) -> Iterator[None]:
    """The call of a handler: measures it, and says which span its own calls belong to.

    Those of one task belong to the task's span; those of many to one span that links to them all.
    """
    begun = time.monotonic()
    try:
        with _span_of(stage, tasks):
            yield
    finally:
        each = (time.monotonic() - begun) / len(tasks)
        for _ in tasks:
            metrics.QUEUE_TASK_SECONDS.labels(stage).observe(each)


@contextmanager
def _span_of(stage: str, tasks: Sequence[Task]) -> Iterator[None]:
    traceparents = [task.traceparent for task in tasks]
    if len(tasks) == 1:
        ids: dict[str, str | int] = {"job": tasks[0].job, "item": tasks[0].item, **trace_ids(tasks[0].traceparent)}
        with structlog.contextvars.bound_contextvars(**ids):
            yield
        return
    attributes: dict[str, str | int] = {"nar.stage": stage, "messaging.batch.message_count": len(tasks)}
    with span(f"{stage} batch", Kind.INTERNAL, traceparents[0], attributes, traceparents):
        yield


def _start(stage: str, entry: Entry) -> Span:
    task = entry.task
    attributes: dict[str, str | int] = {
        "messaging.system": "redis",
        "messaging.destination.name": stage,
        "messaging.message.id": entry.id,
        "nar.job": task.job,
        "nar.item": task.item,
        "nar.deliveries": entry.deliveries,
    }
    name = f"finish {stage}" if task.is_finish else f"process {stage}"
    return start(name, Kind.CONSUMER, task.traceparent, attributes)
