"""Jobs against a real server: every item counts once, and a job ends once."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from nar.errors import FailedPrecondition, NotFound, Unavailable
from services.runtime.jobs import Failure, JobStore, State
from services.runtime.redis_connection import connect


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


async def finish_tasks(redis: Redis) -> list[str]:
    return [fields["job"] for _, fields in await redis.xrange("nar:upsert") if fields["item"] == "-1"]


async def test_items_advance_once_per_stage_and_never_leave_a_terminal_state(redis: Redis) -> None:
    jobs = JobStore(redis)
    job = (await jobs.create("default"))[0].id
    assert await jobs.accept(job) == 0
    assert await jobs.accept(job, 1) == 1
    for stage in ("extract", "extract", "mine", "extract", "embed", "mine"):
        await jobs.advance(job, 0, stage)
    assert await jobs.index(job, 0, duplicate=True)
    assert not await jobs.index(job, 0, duplicate=True)
    assert not await jobs.fail(job, 0, "timm/a", "upsert", "too late")
    assert not await jobs.advance(job, 7, "extract")
    state = await jobs.get(job)
    counters = (
        state.total,
        state.extracted,
        state.mined,
        state.embedded,
        state.indexed,
        state.failed,
        state.duplicates,
    )
    assert counters == (2, 1, 1, 1, 1, 0, 1)
    assert state.state is State.RUNNING


async def test_a_job_gets_exactly_one_finish_task_when_it_is_closed_and_complete(redis: Redis) -> None:
    jobs = JobStore(redis)
    job = (await jobs.create("default"))[0].id
    await jobs.accept(job, 2)
    await jobs.index(job, 0)
    await jobs.fail(job, 1, "timm/bad", "extract", "no such model")
    assert await finish_tasks(redis) == []
    await jobs.close(job)
    await jobs.close(job)
    assert await finish_tasks(redis) == [job]
    assert (await jobs.finish(job)).state is State.SUCCEEDED
    assert (await jobs.finish(job)).finished_at == (await jobs.get(job)).finished_at
    assert await jobs.failures(job) == [Failure(1, "timm/bad", "extract", "no such model")]


async def test_an_empty_job_finishes_when_it_is_closed(redis: Redis) -> None:
    jobs = JobStore(redis)
    job = (await jobs.create("default"))[0].id
    await jobs.close(job)
    assert await finish_tasks(redis) == [job]
    assert (await jobs.finish(job)).is_terminal


async def test_a_job_with_open_items_cannot_finish(redis: Redis) -> None:
    jobs = JobStore(redis)
    job = (await jobs.create("default"))[0].id
    await jobs.accept(job)
    await jobs.close(job)
    with pytest.raises(FailedPrecondition, match="still being processed"):
        await jobs.finish(job)


async def test_a_closed_or_cancelled_job_takes_no_more_items(redis: Redis) -> None:
    jobs = JobStore(redis)
    closed, cancelled = (await jobs.create("default"))[0].id, (await jobs.create("default"))[0].id
    await jobs.accept(closed)
    await jobs.close(closed)
    await jobs.cancel(cancelled)
    for job in (closed, cancelled, "unknown"):
        with pytest.raises(FailedPrecondition, match="takes no more items"):
            await jobs.accept(job)


async def test_cancel_is_terminal_and_repeats_but_not_after_success(redis: Redis) -> None:
    jobs = JobStore(redis)
    job = (await jobs.create("default"))[0].id
    await jobs.accept(job, 2)
    await jobs.index(job, 0)
    first = await jobs.cancel(job)
    assert first.state is State.CANCELLED
    assert await jobs.cancel(job) == first
    assert await jobs.is_cancelled(job)
    assert not await jobs.index(job, 1)
    assert await finish_tasks(redis) == [job]
    assert await jobs.finish(job) == first
    done = (await jobs.create("default"))[0].id
    await jobs.close(done)
    await jobs.finish(done)
    with pytest.raises(FailedPrecondition, match="has finished"):
        await jobs.cancel(done)


async def test_the_same_idempotency_key_gives_the_same_job(redis: Redis) -> None:
    jobs = JobStore(redis)
    first, is_new = await jobs.create("default", "key")
    assert is_new
    assert (await jobs.create("other", "key")) == (first, False)
    assert (await jobs.create("default", "another"))[0].id != first.id
    assert (await jobs.create("default"))[0].id != (await jobs.create("default"))[0].id


async def test_the_key_of_a_cancelled_job_makes_a_new_one(redis: Redis) -> None:
    jobs = JobStore(redis)
    first, _ = await jobs.create("default", "key")
    await jobs.cancel(first.id)
    second, is_new = await jobs.create("default", "key")
    assert is_new
    assert second.id != first.id


async def test_a_job_whose_intake_has_gone_is_cancelled(redis: Redis) -> None:
    job = (await JobStore(redis).create("default"))[0].id
    assert not (await JobStore(redis).get(job)).is_terminal
    assert (await JobStore(redis, intake_seconds=0).get(job)).state is State.CANCELLED
    assert await finish_tasks(redis) == [job]


async def test_a_closed_job_needs_no_intake(redis: Redis) -> None:
    job = (await JobStore(redis).create("default"))[0].id
    await JobStore(redis).accept(job)
    await JobStore(redis).close(job)
    assert (await JobStore(redis, intake_seconds=0).get(job)).state is State.RUNNING


async def test_jobs_are_listed_from_the_newest_and_failures_by_item(redis: Redis) -> None:
    jobs = JobStore(redis)
    made = [(await jobs.create(f"c{number}"))[0].id for number in range(3)]
    listed = [state.id for state in await jobs.page()]
    assert sorted(listed) == sorted(made)
    assert [state.id for state in await jobs.page(offset=1, limit=1)] == listed[1:2]
    await jobs.accept(made[0], 12)
    for item in (11, 2, 10, 0):
        await jobs.fail(made[0], item, f"timm/m{item}", "mine", 'a "quoted" reason\nof two lines, ü')
    assert [failure.item for failure in await jobs.failures(made[0])] == [0, 2, 10, 11]
    assert [failure.item for failure in await jobs.failures(made[0], offset=1, limit=2)] == [2, 10]
    assert (await jobs.failures(made[0]))[0].reason == 'a "quoted" reason\nof two lines, ü'


async def test_an_unknown_job_is_not_found(redis: Redis) -> None:
    jobs = JobStore(redis)
    for call in (jobs.get, jobs.finish, jobs.cancel, jobs.failures):
        with pytest.raises(NotFound, match="no index job 'nothing'"):
            await call("nothing")


async def test_a_redis_that_is_down_is_unavailable() -> None:
    client = connect("redis://127.0.0.1:1/0", retries=1)
    with pytest.raises(Unavailable, match="Redis does not answer"):
        await JobStore(client).get("job")
    await client.aclose()
