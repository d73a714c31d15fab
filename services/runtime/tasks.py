"""What travels through the queue, and between which stages."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from nar.errors import InvalidInput, NarError
from services.runtime.telemetry import current_traceparent

STAGES = ("extract", "mine", "embed", "upsert")
"""The stages of an index job, in their order."""

GROUP = "workers"
DEAD_LETTERS = "nar:dead"

FINISH = -1
"""Item number of the task {"kind": "finish"} that the last stage gets once all items of a job are terminal."""

Outcome = Mapping[str, str] | NarError
"""What a handler says about one task: the fields of the next stage's task, or why it failed."""


@dataclass(frozen=True)
class Task:
    """One item of a job at one stage.

    Attributes:
        job: id of the job.
        item: number of the item in its job, or FINISH.
        fields: references (names, blob keys, fingerprints), never payloads.
        traceparent: W3C trace context of the request that it came with.

    """

    job: str
    item: int
    fields: Mapping[str, str] = field(default_factory=dict)
    traceparent: str = ""

    @property
    def is_finish(self) -> bool:
        """Whether it asks the last stage to make the job's writes visible and to finish the job."""
        return self.item == FINISH

    @property
    def source(self) -> str:
        """What people know the item by: its name, the id it is to get, or where it lies."""
        return next((self.fields[key] for key in ("name", "id", "source") if self.fields.get(key)), "")

    def to_entry(self) -> list[str]:
        """Values of the stream entry: job, item, fields, trace."""
        return [self.job, str(self.item), json.dumps(dict(self.fields)), self.traceparent or current_traceparent()]

    @classmethod
    def from_entry(cls, entry: Mapping[str, str]) -> Self:
        """The task of a stream entry.

        Raises:
            InvalidInput: it is none.

        """
        try:
            fields = json.loads(entry["fields"])
            return cls(entry["job"], int(entry["item"]), {str(k): str(v) for k, v in fields.items()}, entry["trace"])
        except (KeyError, ValueError, AttributeError) as error:
            raise InvalidInput(f"malformed queue entry {dict(entry)!r:.500}: {error!r}") from error


Handler = Callable[[Sequence[Task]], Awaitable[Sequence[Outcome]]]
"""Handles some tasks of a stage and says for each, in their order, how it went. It must not block the event loop (long
computations go to a thread or a process), and must be harmless when it runs twice for one task."""


def stream(stage: str) -> str:
    """Key of the stage's stream.

    Raises:
        InvalidInput: there is no such stage.

    """
    if stage not in STAGES:
        raise InvalidInput(f"there is no stage {stage!r}; there are {', '.join(STAGES)}", "stage")
    return f"nar:{stage}"


def next_stage(stage: str) -> str:
    """The stage after `stage`, "" after the last."""
    return (*STAGES, "")[STAGES.index(stage) + 1]
