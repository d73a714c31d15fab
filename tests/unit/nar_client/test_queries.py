"""What a query means is told from what it is."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from nar import Graph, graph_json
from nar.client.queries import QueryForms, SearchOptions, search_requests
from nar.errors import InvalidInput, UnsupportedSource

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / "light_squeezenet.onnx"
GRAPH = Graph.from_ops(["input", "relu"], [(0, 1)], name="g")


def forms_of(query: object = None, **forms: object) -> list[str]:
    """Which field each request sets."""
    requests = search_requests(QueryForms(query=query, **forms), SearchOptions())
    kinds = []
    for request in requests:
        kind = request.WhichOneof("query")
        kinds.append(f"source.{request.source.WhichOneof('model')}" if kind == "source" else kind)
    return kinds


def test_a_text_is_a_file_an_id_or_a_name(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "graph.json").write_text(graph_json.dumps(GRAPH))
    assert forms_of(str(LIGHT)) == ["source.onnx"]
    assert forms_of(str(tmp_path / "config.json")) == ["source.config_json"]
    assert forms_of(str(tmp_path / "graph.json")) == ["source.graph"]
    assert forms_of('{"model_type": "bert"}') == ["source.config_json"]
    assert forms_of("sha256:0123456789abcdef") == ["architecture_id"]
    assert forms_of("timm/resnet50") == ["architecture_id", "source.name"]


def test_other_types_say_what_they_are() -> None:
    assert forms_of(GRAPH) == ["graph"]
    assert forms_of(np.ones(8)) == ["vector"]
    assert forms_of([0.5, 1.0]) == ["vector"]
    assert forms_of(LIGHT) == ["source.onnx"]
    assert forms_of(LIGHT.read_bytes()) == ["source.onnx"]
    assert forms_of(b'{"model_type": "bert"}') == ["source.config_json"]


def test_a_form_can_be_named() -> None:
    assert forms_of(id="timm/resnet50") == ["architecture_id"]
    assert forms_of(model="timm/resnet50") == ["source.name"]
    assert forms_of(vector=[1.0]) == ["vector"]
    assert forms_of(graph=GRAPH) == ["graph"]
    assert forms_of(onnx=LIGHT) == ["source.onnx"]
    assert forms_of(config='{"model_type": "bert"}') == ["source.config_json"]


def test_options_reach_every_request() -> None:
    options = SearchOptions(top_k=3, filter="params < 1M", collection="c", page_token="t", motifs=False)
    for request in search_requests(QueryForms(query="timm/resnet50"), options):
        assert (request.page_size, request.filter, request.collection) == (3, "params < 1M", "c")
        assert (request.page_token, request.omit_motifs) == ("t", True)


@pytest.mark.parametrize("forms", [{}, {"id": "a", "model": "timm/resnet50"}])
def test_exactly_one_query_is_needed(forms: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match=r"[02] queries are given"):
        search_requests(QueryForms(**forms), SearchOptions())


@pytest.mark.parametrize("vector", [[], [[1.0, 2.0]], [float("nan")], ["a"]])
def test_a_vector_must_be_a_row_of_finite_numbers(vector: list[float]) -> None:
    with pytest.raises(InvalidInput):
        search_requests(QueryForms(vector=vector), SearchOptions())


@pytest.mark.parametrize("top_k", [0, -1, 1001])
def test_top_k_has_limits(top_k: int) -> None:
    with pytest.raises(InvalidInput, match="from 1 to 1000"):
        search_requests(QueryForms(query="a"), SearchOptions(top_k=top_k))


def test_a_file_that_is_missing_is_no_id() -> None:
    with pytest.raises(UnsupportedSource, match=r"missing\.onnx cannot be read"):
        forms_of("missing.onnx")
