"""How OpenMMLab's packages build a model: each has a registry of its own, which importing its modules fills."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from services.extractor.libraries.openmmlab_stand_ins import install


def make(package: str, model: Any) -> Any:
    """The model that the registry of `package` makes of the configuration `model`."""
    install()
    from mmengine.registry import init_default_scope

    importlib.import_module(f"{package}.models")
    init_default_scope(package)
    return importlib.import_module(f"{package}.registry").MODELS.build(model)


class OneImage(TorchFunctionMode):
    """Leaves sizes of features in memory, where attention over several scales reads their numbers."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Moves no integers off the CPU; the numbers of images in a batch of one are one number."""
        if func is Tensor.unique:
            return args[0][:1]
        if func is Tensor.to and args[0].device.type == "cpu" and not args[0].is_floating_point():
            return args[0]
        return func(*args, **(kwargs or {}))


class Steps(nn.Module):
    """A model that runs the method of its name: what lies before post-processing."""

    def __init__(self, model: nn.Module, method: str, *after: Any, **named: Any) -> None:
        super().__init__()
        self.model = model
        self._method, self._after, self._named = method, after, named

    def forward(self, *inputs: Tensor) -> Any:
        """What the method makes of `inputs`."""
        return getattr(self.model, self._method)(*inputs, *self._after, **self._named)


def side(size: Any) -> tuple[int, int]:
    """Height and width of a size that is one number or (width, height)."""
    width, height = (size, size) if isinstance(size, int) else size
    return int(height), int(width)
