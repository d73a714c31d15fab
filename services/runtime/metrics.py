"""All metrics of all services; docs/metrics.md is their table, and a test holds the two together.

A label never holds what a caller may choose freely: methods, codes, stages and model versions are few.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry()

_CALL_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_TASK_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_BATCH = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)

RPC_REQUESTS = Counter("nar_rpc_requests", "Calls that have ended.", ("method", "code"), registry=REGISTRY)
RPC_IN_FLIGHT = Gauge("nar_rpc_in_flight_requests", "Calls in progress.", ("method",), registry=REGISTRY)
RPC_SECONDS = Histogram(
    "nar_rpc_seconds", "Time from a call's arrival to its end.", ("method",), buckets=_CALL_SECONDS, registry=REGISTRY
)

QUEUE_LAG = Gauge("nar_queue_lag_entries", "Tasks that no worker was given yet.", ("stage",), registry=REGISTRY)
QUEUE_PENDING = Gauge("nar_queue_pending_entries", "Tasks that a worker has in hand.", ("stage",), registry=REGISTRY)
QUEUE_DEAD = Gauge("nar_queue_dead_letter_entries", "Entries of the dead-letter stream.", registry=REGISTRY)
QUEUE_TASKS = Counter(
    "nar_queue_tasks", "Tasks that this worker ended: done, failed or dropped.", ("stage", "outcome"), registry=REGISTRY
)
QUEUE_RETRIES = Counter("nar_queue_retries", "Tasks that were left for another try.", ("stage",), registry=REGISTRY)
QUEUE_DEAD_LETTERS = Counter(
    "nar_queue_dead_letters", "Tasks that this worker gave up on.", ("stage",), registry=REGISTRY
)
QUEUE_TASK_SECONDS = Histogram(
    "nar_queue_task_seconds",
    "Handler's time over the tasks that it was given at once.",
    ("stage",),
    buckets=_TASK_SECONDS,
    registry=REGISTRY,
)

EMBEDDER_BATCH = Histogram(
    "nar_embedder_batch_graphs", "Graphs that went through the model at once.", buckets=_BATCH, registry=REGISTRY
)
EMBEDDER_WAITING = Gauge("nar_embedder_waiting_graphs", "Graphs that wait for a batch.", registry=REGISTRY)
EMBEDDER_MODELS = Gauge(
    "nar_embedder_live_models", "1 for each model version that is served.", ("model_version",), registry=REGISTRY
)

SEARCH_BATCH = Histogram(
    "nar_search_batch_queries",
    "Queries of one call of Milvus: search by vector, or get by id.",
    ("kind",),
    buckets=_BATCH,
    registry=REGISTRY,
)
SEARCH_CACHE = Counter(
    "nar_search_cache_lookups", "Lookups in a cache of the front door.", ("cache", "result"), registry=REGISTRY
)

INDEX_ROWS = Gauge(
    "nar_index_rows", "Architectures in the live index, by its model version.", ("model_version",), registry=REGISTRY
)

ProcessCollector(registry=REGISTRY)
