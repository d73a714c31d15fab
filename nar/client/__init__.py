"""The client of the search service: needs grpcio, protobuf and numpy, nothing else."""

from nar.client.async_client import AsyncClient
from nar.client.client import Client
from nar.client.results import (
    Collection,
    Finding,
    IndexedArchitecture,
    IndexFailure,
    IndexJob,
    JobState,
    MotifCount,
    Neighbour,
    SearchResult,
    Severity,
    SharedMotif,
)
from nar.client.retry import RetryPolicy
from nar.client.sources import Item
from nar.security.tls import TLS

__all__ = [
    "TLS",
    "AsyncClient",
    "Client",
    "Collection",
    "Finding",
    "IndexFailure",
    "IndexJob",
    "IndexedArchitecture",
    "Item",
    "JobState",
    "MotifCount",
    "Neighbour",
    "RetryPolicy",
    "SearchResult",
    "Severity",
    "SharedMotif",
]
