"""Neural architecture retrieval: what users import.

    import nar

    graph = nar.trace(module, inputs)
    for neighbour in nar.Client().search(graph=graph):
        print(neighbour.score, neighbour.architecture.id)

`Client`, `AsyncClient` and `trace` are loaded when they are first used: programs that only handle graphs need no gRPC,
and only `trace` needs torch.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from nar import errors
from nar.graph import Graph

if TYPE_CHECKING:
    from nar.client import TLS, AsyncClient, Client
    from nar.tracing import trace

__version__ = version("nar")

__all__ = ["TLS", "AsyncClient", "Client", "Graph", "__version__", "errors", "trace"]

_LOADED_LATER = {"TLS": "nar.client", "AsyncClient": "nar.client", "Client": "nar.client", "trace": "nar.tracing"}


def __getattr__(name: str) -> object:
    if name not in _LOADED_LATER:
        raise AttributeError(f"module 'nar' has no attribute {name!r}")
    value = getattr(import_module(_LOADED_LATER[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
