"""Concurrent requests share passes, by nodes; those that are too many are refused, those that are gone dropped."""

import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from nar.architecture import Decomposition
from nar.errors import Overloaded, Unavailable
from nar.graph import Graph
from services.embedder.batching import Batcher, nodes
from services.embedder.embedder import Embedder
from services.motif_miner.mining import mine


def chain(length: int) -> Decomposition:
    """A divided chain of so many different ops."""
    edges = np.array([range(length - 1), range(1, length)], np.int64)
    return mine(Graph(tuple(f"op{index}" for index in range(length)), np.arange(length), edges))


class Recorder:
    """A model that notes the batches that it gets; the first waits until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()

    def encode(self, decompositions: Sequence[Decomposition]) -> Tensor:
        self.batches.append([len(item.op_instance) for item in decompositions])
        self.go.wait(20)
        if any(len(item.op_instance) == 13 for item in decompositions):
            raise RuntimeError("unlucky")
        return torch.tensor([[float(len(item.op_instance))] for item in decompositions])


def make(max_nodes: int, max_waiting: int = 10_000) -> tuple[Batcher, Recorder]:
    model = Recorder()
    return Batcher(Embedder(model, "test-1", 1), max_nodes, max_waiting), model


async def started(batcher: Batcher, model: Recorder) -> asyncio.Task[object]:
    """A request that is being computed; whatever comes now waits."""
    task: asyncio.Task[object] = asyncio.create_task(batcher.embed([chain(2)]))
    while not model.batches:
        await asyncio.sleep(0.001)
    return task


async def test_what_waits_is_computed_together_up_to_the_limit_of_nodes() -> None:
    items = [chain(length) for length in (3, 4, 5)]
    batcher, model = make(nodes(items[0]) + nodes(items[1]))
    first = await started(batcher, model)
    others = [asyncio.create_task(batcher.embed([item])) for item in items]
    await asyncio.sleep(0)
    model.go.set()
    vectors = await asyncio.gather(first, *others)
    assert model.batches == [[2], [3, 4], [5]]
    assert [vector.tolist() for vector in vectors] == [[[2.0]], [[3.0]], [[4.0]], [[5.0]]]


async def test_one_request_larger_than_a_batch_is_a_batch_of_its_own() -> None:
    batcher, model = make(1)
    model.go.set()
    assert (await batcher.embed([chain(6), chain(7)])).tolist() == [[6.0], [7.0]]
    assert model.batches == [[6, 7]]


async def test_too_much_waiting_is_refused() -> None:
    batcher, model = make(100, max_waiting=nodes(chain(3)))
    first = await started(batcher, model)
    waiting = asyncio.create_task(batcher.embed([chain(3)]))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded, match="1 requests are waiting"):
        await batcher.embed([chain(3)])
    model.go.set()
    await asyncio.gather(first, waiting)
    assert (await batcher.embed([chain(3)])).tolist() == [[3.0]]


async def test_a_request_whose_caller_has_gone_is_dropped() -> None:
    batcher, model = make(100)
    first = await started(batcher, model)
    gone, staying = (asyncio.create_task(batcher.embed([chain(length)])) for length in (3, 4))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    model.go.set()
    await asyncio.gather(first, staying)
    assert model.batches == [[2], [4]]


async def test_a_failure_reaches_its_callers_and_the_next_batch_goes_on() -> None:
    batcher, model = make(100)
    model.go.set()
    with pytest.raises(Unavailable, match="embedding failed: unlucky"):
        await batcher.embed([chain(13)])
    assert (await batcher.embed([chain(3)])).tolist() == [[3.0]]
