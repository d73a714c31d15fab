"""One local system for all end-to-end tests: real Valkey, real Milvus Lite, all services and workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx
import pytest

from nar.client import Client, IndexFailure, IndexJob
from nar.local import LocalStack

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"

LABELLED = ("timm/resnet18", "timm/resnet34", "timm/resnet50")
MODELS = (
    *LABELLED,
    "timm/convnext_atto",
    "timm/densenet121",
    "timm/mobilenetv2_100",
    "timm/regnetx_002",
    "timm/vgg11",
    "timm/vit_tiny_patch16_224",
    "torchvision/alexnet",
    "torchvision/googlenet",
    "torchvision/squeezenet1_0",
)
MISSPELT = "timm/resnet5O"


@dataclass(frozen=True)
class Indexed:
    """What the first job of the session said about itself."""

    states: tuple[IndexJob, ...]
    failures: tuple[IndexFailure, ...]

    @property
    def job(self) -> IndexJob:
        return self.states[-1]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with LocalStack(tmp_path_factory.mktemp("home"), ports="free") as running:
        yield running


@pytest.fixture(scope="session")
def client(stack: LocalStack) -> Iterator[Client]:
    with Client(stack.address) as connected:
        yield connected


@pytest.fixture(scope="session")
def indexed(client: Client) -> Indexed:
    """`MODELS` and a model that no library has, in the default collection; three of them labelled."""
    from nar.client import Item

    items = [Item(name, labels={"owner": "vision"} if name in LABELLED else {}) for name in MODELS]
    job = client.index([*items, MISSPELT], labels={"batch": "first"})
    states = tuple(client.watch_job(job.id))
    return Indexed(states, tuple(client.list_failures(job.id)))


@pytest.fixture(scope="session")
def light_resnet50() -> Path:
    return LIGHT / "light_resnet50.onnx"
