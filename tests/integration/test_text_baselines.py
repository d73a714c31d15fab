"""Source code of classes, and how near it is."""

from pathlib import Path

from experiments import class_sources, text_methods

IDS = [
    "timm/resnet18",
    "timm/resnet34",
    "timm/vgg11",
    "timm/no_such_model",
    "transformers/bert/BertModel@large",
    "none/x",
]


def test_the_source_is_that_of_the_defining_class(tmp_path: Path) -> None:
    file = tmp_path / "texts.json"
    class_sources.write(file, IDS)
    found = class_sources.read(file)
    assert set(found) == {"timm/resnet18", "timm/resnet34", "timm/vgg11", "transformers/bert/BertModel@large"}
    assert found["timm/resnet18"] is found["timm/resnet34"]
    assert found["timm/resnet18"].startswith("class ResNet(")
    assert found["transformers/bert/BertModel@large"].lstrip("@").count("class BertModel(") == 1


def test_equal_sources_are_the_nearest() -> None:
    texts = [
        "class A: conv2d(relu)",
        "class B: attention(query, key)",
        "class A: conv2d(relu)",
        "class C: attention(key)",
    ]
    vectors = text_methods.tfidf(texts)
    similarity = (vectors @ vectors.T).toarray()
    assert similarity[0, 2] > 0.999
    assert similarity[1, 3] > similarity[1, 0]
