"""What a library module says about one of its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from services.extractor.raw import RawGraph


@dataclass(frozen=True)
class BuiltModel:
    """A model on the meta device, ready to run.

    Attributes:
        module: the model.
        args: example inputs by position, batch size 1.
        kwargs: example inputs by name.
        alternatives: other inputs by name, to try in turn where the model refuses `kwargs`.
        family: lineage: the module that defines the model's class.
        task: what it is for; "" where the library does not say.
    """

    module: nn.Module
    family: str
    task: str
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    alternatives: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class TracedModel:
    """A model of an installed library, as raw ops.

    Attributes:
        raw: its ops.
        name: its name within the library.
        library: name of the library.
        library_version: its version.
        family: lineage: the module that defines the model's class.
        task: what it is for; "" where the library does not say.
    """

    raw: RawGraph
    name: str
    library: str
    library_version: str
    family: str
    task: str


def defining_module(model: nn.Module) -> str:
    """Last part of the module that defines the class of `model`: "resnet" for timm.models.resnet.ResNet."""
    return type(model).__module__.rsplit(".", 1)[-1].lstrip("_")
