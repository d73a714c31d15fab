"""Tasks go into queue entries and come back as they were."""

from __future__ import annotations

import pytest

from nar.errors import InvalidInput
from services.runtime.tasks import FINISH, STAGES, Task, next_stage, stream

KEYS = ("job", "item", "fields", "trace")


def test_a_task_comes_back_as_it_was() -> None:
    task = Task("j1", 3, {"source": "timm/ü", "labels": '{"owner": "a"}', "job": "field of the same name"}, "00-a-b-01")
    assert Task.from_entry(dict(zip(KEYS, task.to_entry(), strict=True))) == task
    assert not task.is_finish
    assert Task("j1", FINISH).is_finish


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"job": "j", "item": "x", "fields": "{}", "trace": ""},
        {"job": "j", "item": "1", "fields": "{", "trace": ""},
        {"job": "j", "item": "1", "fields": "[]", "trace": ""},
    ],
)
def test_a_malformed_entry_is_refused(entry: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="malformed queue entry"):
        Task.from_entry(entry)


def test_stages_follow_each_other() -> None:
    assert [next_stage(stage) for stage in STAGES] == ["mine", "embed", "upsert", ""]
    assert stream("extract") == "nar:extract"
    with pytest.raises(InvalidInput, match="no stage 'train'"):
        stream("train")


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"name": "n", "id": "i", "source": "s"}, "n"),
        ({"name": "", "id": "i", "source": "s"}, "i"),
        ({"source": "s"}, "s"),
        ({}, ""),
    ],
)
def test_an_item_is_known_by_name_then_id_then_source(fields: dict[str, str], source: str) -> None:
    assert Task("j", 0, fields).source == source
