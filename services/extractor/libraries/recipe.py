"""How a library without a registry is read: a table of recipes, one a model."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor, nn

from services.extractor.libraries.model import BuiltModel, defining_module

Input = Callable[[], Any]
"""Makes one example input."""


@dataclass(frozen=True)
class Recipe:
    """How one model is built and run.

    Attributes:
        path: what makes it: "package.module:Class", or a function there.
        task: what it is for, as the Hugging Face hub calls it.
        inputs: makers of what it is called with, by position.
        arguments: what it is made with: the sizes that its documentation or its paper states; a recipe among them
            stands for the model that it makes.
        named: makers of what it is called with by name.
        family: lineage, where it is not the module that defines its class.
    """

    path: str
    task: str
    inputs: tuple[Input, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    named: Mapping[str, Input] = field(default_factory=dict)
    family: str = ""

    def build(self) -> BuiltModel:
        """The model with its inputs."""
        model = self.make()
        return BuiltModel(
            model,
            self.family or defining_module(model),
            self.task,
            args=tuple(make() for make in self.inputs),
            kwargs={key: make() for key, make in self.named.items()},
        )

    def make(self) -> nn.Module:
        """The model alone."""
        module, _, name = self.path.partition(":")
        arguments = {key: value.make() if isinstance(value, Recipe) else value for key, value in self.arguments.items()}
        model: nn.Module = attrgetter(name)(importlib.import_module(module))(**arguments)
        return model


def floats(*shape: int) -> Input:
    """Numbers of a shape: (1, 3, 224, 224) for an image."""

    def make() -> Tensor:
        return torch.empty(*shape)

    return make


def integers(*shape: int, value: int = 1) -> Input:
    """Indices of a shape, (1, 128) for a sentence; all are `value`, which lookups must know."""

    def make() -> Tensor:
        return torch.full(shape, value, dtype=torch.int64)

    return make


def flags(*shape: int) -> Input:
    """A mask that leaves nothing out."""

    def make() -> Tensor:
        return torch.ones(*shape, dtype=torch.bool)

    return make
