"""Recovery contract: an index job survives SIGKILL of any worker at any moment.

Whatever a killed worker had in hand is delivered again, every good model ends in the index exactly once, none is
counted twice, and the job reaches its terminal state. NAR_TEST_CRASH_MODELS sets the number of models.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from nar.client import Client, JobState
from nar.local import LocalStack

MODELS = int(os.environ.get("NAR_TEST_CRASH_MODELS", "40"))
WORKERS = ("extractor", "motif_miner", "embedder", "search")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LocalStack]:
    settings = {"NAR_RECLAIM_IDLE_SECONDS": "3"}
    with LocalStack(tmp_path, ports="free", settings=settings) as running:
        yield running


def names(stack: LocalStack) -> list[str]:
    """The first models of timm, small and large, in an order that mixes them."""
    import timm

    chosen = [name for name in timm.list_models() if "giant" not in name and "gigantic" not in name]
    return [f"timm/{name}" for name in random.Random(0).sample(chosen, MODELS)]


def test_a_job_survives_the_death_of_each_worker(stack: LocalStack) -> None:
    models = names(stack)
    killed: dict[str, int] = {}
    with Client(stack.address) as client:
        created = client.index(models)
        for job in client.watch_job(created.id):
            # One after the other, spread over the time of the job.
            due = WORKERS[: int(len(WORKERS) * (job.indexed + 1) / MODELS) + 1] if job.extracted else ()
            for worker in due:
                if worker not in killed and not job.is_finished:
                    killed[worker] = stack.worker_pids()[worker]
                    os.kill(killed[worker], signal.SIGKILL)
        failures = list(client.list_failures(created.id))
        found = [architecture.id for architecture in client.list_architectures()]
    assert failures == []
    assert (job.state, job.total, job.indexed) == (JobState.SUCCEEDED, MODELS, MODELS)
    assert found == sorted(models)
    assert set(killed) == set(WORKERS)
    assert all(stack.worker_pids()[worker] != pid for worker, pid in killed.items())
