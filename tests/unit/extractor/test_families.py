"""The table of families joins lineages across libraries, and names only what exists."""

import importlib.util

import pytest

from services.extractor.libraries import families


@pytest.mark.parametrize(
    ("library", "module", "family"),
    [
        ("timm", "resnet", "resnet"),
        ("pytorchcv", "resnext", "resnet"),
        ("pytorchcv", "densenet_cifar", "densenet"),
        ("pytorchcv", "preresnet_cifar", "resnetv2"),
        ("transformers", "swin", "swin_transformer"),
        ("torchvision", "swin_transformer", "swin_transformer"),
        ("timm", "preresnet", "preresnet"),
    ],
)
def test_lineages_are_joined(library: str, module: str, family: str) -> None:
    assert families.joined(library, module) == family


def test_every_module_of_the_table_exists() -> None:
    places = {
        "pytorchcv": "pytorchcv.models.{}",
        "torchvision": "torchvision.models.{}",
        "transformers": "transformers.models.{}",
    }
    for entry in families._JOINED:
        library, _, module = entry.partition("/")
        if library == "torchvision" and module == "mvit":
            module = "video.mvit"
        if library in places:
            assert importlib.util.find_spec(places[library].format(module)), entry
