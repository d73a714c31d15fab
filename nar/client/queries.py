"""From what a user searches with to SearchRequest messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nar import codec
from nar.client.sources import config_source, is_file, is_json, model_source, onnx_source
from nar.errors import InvalidInput
from nar.graph import Graph
from nar.v1 import architecture_pb2, search_pb2

VectorLike = NDArray[np.floating] | Sequence[float]
Query = str | Path | bytes | Graph | VectorLike

MAX_TOP_K = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class QueryForms:
    """A query under the name of its form; exactly one is set. `query` leaves the form open."""

    query: Query | None = None
    id: str | None = None
    vector: VectorLike | None = None
    graph: Graph | None = None
    onnx: str | Path | bytes | None = None
    config: str | Path | None = None
    model: str | None = None


@dataclass(frozen=True, kw_only=True)
class SearchOptions:
    """Everything of a search but its query; see `Client.search`."""

    top_k: int = 10
    filter: str = ""
    collection: str = "default"
    page_token: str = ""
    motifs: bool = True


def search_requests(forms: QueryForms, options: SearchOptions) -> tuple[search_pb2.SearchRequest, ...]:
    """The requests to try, in this order, until one does not fail with NotFound.

    There are two only for a text such as "timm/resnet50", which may be an indexed id or a model's name.

    Raises:
        InvalidInput: not exactly one form is set, or it is malformed.
        UnsupportedSource, LimitExceeded: a file cannot be sent.

    """
    if not 1 <= options.top_k <= MAX_TOP_K:
        raise InvalidInput(f"top_k is {options.top_k}: it must be from 1 to {MAX_TOP_K}", "page_size")
    requests = _query_requests(forms)
    for request in requests:
        request.collection = options.collection
        request.filter = options.filter
        request.page_size = options.top_k
        request.page_token = options.page_token
        request.omit_motifs = not options.motifs
    return requests


def _query_requests(forms: QueryForms) -> tuple[search_pb2.SearchRequest, ...]:
    """Requests that hold nothing but the query."""
    given = {name: value for name, value in vars(forms).items() if value is not None}
    if len(given) != 1:
        names = ", ".join(vars(forms))
        raise InvalidInput(f"{len(given)} queries are given: give exactly one of {names}", "query")
    if forms.query is not None:
        return _guess(forms.query)
    if forms.id is not None:
        return (search_pb2.SearchRequest(architecture_id=forms.id),)
    if forms.vector is not None:
        return (_by_vector(forms.vector),)
    if forms.graph is not None:
        return (search_pb2.SearchRequest(graph=codec.graph_to_proto(forms.graph)),)
    if forms.onnx is not None:
        return (search_pb2.SearchRequest(source=onnx_source(forms.onnx)),)
    if forms.config is not None:
        return (search_pb2.SearchRequest(source=config_source(forms.config)),)
    return (search_pb2.SearchRequest(source=architecture_pb2.ModelSource(name=forms.model or "")),)


def _guess(query: Query) -> tuple[search_pb2.SearchRequest, ...]:
    """Requests for a query whose form is open."""
    if isinstance(query, Graph):
        return (search_pb2.SearchRequest(graph=codec.graph_to_proto(query)),)
    if isinstance(query, (Path, bytes)):
        return (search_pb2.SearchRequest(source=model_source(query)),)
    if not isinstance(query, str):
        return (_by_vector(query),)
    if is_json(query) or is_file(query):
        return (search_pb2.SearchRequest(source=model_source(query)),)
    by_id = search_pb2.SearchRequest(architecture_id=query)
    if "/" not in query:
        return (by_id,)
    return by_id, search_pb2.SearchRequest(source=architecture_pb2.ModelSource(name=query))


def _by_vector(vector: VectorLike) -> search_pb2.SearchRequest:
    try:
        values = np.asarray(vector, np.float32)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"a {type(vector).__name__} is no query: {error}", "query") from error
    if values.ndim != 1 or values.size == 0 or not np.isfinite(values).all():
        raise InvalidInput(f"the vector has shape {values.shape}: it must be one row of finite numbers", "vector")
    return search_pb2.SearchRequest(vector=search_pb2.Vector(values=values.tolist()))
