"""The messages that make an index job."""

from pathlib import Path

import onnx
import pytest

from nar import Graph
from nar.client import Item
from nar.client.job_stream import JobStream
from nar.errors import InvalidInput, NarError, UnsupportedSource
from nar.v1 import index_pb2

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def stream_of(sources: object, **options: object) -> JobStream:
    defaults = {"collection": "default", "labels": {}, "idempotency_key": "", "unreadable": None}
    return JobStream(sources, **(defaults | options))


def messages_of(sources: object, **options: object) -> tuple[index_pb2.IndexJobHeader, list[index_pb2.IndexItem]]:
    header, *items = stream_of(sources, **options).messages()
    return header.header, [item.item for item in items]


def test_patterns_go_into_the_header_and_names_into_items() -> None:
    header, items = messages_of(["timm/resnet*", "timm/vgg16"], collection="c", labels={"owner": "me"})
    assert list(header.selectors) == ["timm/resnet*"]
    assert (header.collection, dict(header.labels)) == ("c", {"owner": "me"})
    assert [item.source.name for item in items] == ["timm/vgg16"]


def test_the_patterns_of_a_list_go_into_the_header_too(tmp_path: Path) -> None:
    (tmp_path / "inner.txt").write_text("torchvision/*\n")
    names = tmp_path / "names.txt"
    names.write_text(f"timm/resnet*  # all of them\ntimm/vgg16\n{tmp_path / 'inner.txt'}\n")
    header, items = messages_of(names)
    assert list(header.selectors) == ["timm/resnet*", "torchvision/*"]
    assert [item.source.name for item in items] == ["timm/vgg16"]
    names.write_text("timm/*\n" * 101)
    with pytest.raises(InvalidInput, match="101 patterns"):
        stream_of(names)


def test_a_single_source_needs_no_list() -> None:
    assert [item.source.name for item in messages_of("timm/vgg16")[1]] == ["timm/vgg16"]


def test_a_folder_stands_for_its_models_which_get_their_paths_as_ids(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "net.onnx").write_bytes((LIGHT / "light_squeezenet.onnx").read_bytes())
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "bert" / "vocab.json").write_text("{}")
    _, items = messages_of(str(tmp_path))
    assert [(item.id, item.source.WhichOneof("model")) for item in items] == [
        ("a_b/net.onnx", "onnx"),
        ("bert/config.json", "config_json"),
    ]


def test_an_item_keeps_what_it_says() -> None:
    graph = Graph.from_ops(["relu"], [])
    _, (item,) = messages_of(Item(graph, id="mine", labels={"k": "v"}, family="f", task="t"))
    assert (item.id, dict(item.labels), item.family, item.task) == ("mine", {"k": "v"}, "f", "t")
    assert list(item.source.graph.op_table) == ["relu"]


def test_an_unreadable_file_stops_the_job_or_is_left_out(tmp_path: Path) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"PK\x03\x04 archive")
    stream = stream_of(["timm/vgg16", bad])
    with pytest.raises(UnsupportedSource, match="zip archive"):
        list(stream.messages())
    assert isinstance(stream.error, UnsupportedSource)

    told: list[tuple[str, NarError]] = []
    _, items = messages_of([bad, "timm/vgg16"], unreadable=lambda name, error: told.append((name, error)))
    assert [item.source.name for item in items] == ["timm/vgg16"]
    assert [name for name, _ in told] == [str(bad)]


def test_an_empty_job_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nothing to index"):
        messages_of([])
    with pytest.raises(UnsupportedSource, match=r"neither \.onnx nor config\.json"):
        messages_of(tmp_path)
