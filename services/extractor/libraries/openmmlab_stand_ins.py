"""What OpenMMLab's packages import and no forward pass needs, and torchvision's ops for mmcv's compiled ones.

mmcv comes without its compiled extension, and some packages that only read data or measure results are large or not
made for this numpy. Each name of such a module is a class that refuses to be made, so nothing runs that is not there.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Sequence
from functools import cache
from importlib.machinery import ModuleSpec
from typing import Any

import numpy as np
import torchvision
from torch import Tensor
from torch.nn import functional
from torch.nn.modules.utils import _pair

# Imported at the top of files; what is under them is absent too.
_ABSENT = (
    "imageio",
    "imgaug",
    "lmdb",
    "lpips",
    "mmaction.models.localizers.drn",
    "mmcv._ext",
    # These are made of classes that transformers and diffusers no longer have.
    "mmaction.models.multimodal",
    "mmagic.models.editors.animatediff",
    "mmagic.models.editors.disco_diffusion",
    "mmagic.models.editors.vico",
    "mmpretrain.models.multimodal",
    "modelindex",
    "numba",
    "skimage",
    "xtcocotools",
)


class _AbsentModule(types.ModuleType):
    """Has every name that is asked of it, as a class that cannot be made."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"

        def refuse(*_: Any, **__: Any) -> None:
            raise NotImplementedError(f"{full} is not here: it is compiled, or only for data")

        return type(name, (), {"__new__": refuse})


class _Absent:
    """Finds the modules of _ABSENT."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """A spec for an absent module."""
        if any(name == absent or name.startswith(f"{absent}.") for absent in _ABSENT):
            return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """The module, whose names are all there."""
        module = _AbsentModule(spec.name)
        if spec.name == "mmcv._ext":
            module.nms = _nms  # type: ignore[attr-defined]
        if spec.name == "numba":
            # Decorators: what they decorate runs as it is, if it ever does.
            module.jit = module.njit = _as_it_is  # type: ignore[attr-defined]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


def _leave_as_they_are(_: Any) -> None:
    """Instead of filling weights."""


def _as_it_is(*args: Any, **_: Any) -> Any:
    return args[0] if args and callable(args[0]) else _as_it_is


@cache
def install() -> None:
    """Makes OpenMMLab's packages importable, once a process."""
    sys.meta_path.insert(0, _Absent())
    if not hasattr(np, "bool8"):
        # A table of mmagic names it; numpy 2 has it under its other name alone.
        np.bool8 = np.bool_  # type: ignore[attr-defined]
    # Some constructors fill their weights, which have no numbers here.
    importlib.import_module("mmengine.model").BaseModule.init_weights = _leave_as_they_are
    for module, replacements in _OPS.items():
        for name, function in replacements.items():
            setattr(importlib.import_module(f"mmcv.ops.{module}"), name, function)
            setattr(importlib.import_module("mmcv.ops"), name, function)


def _deform_conv2d(
    input: Tensor,  # noqa: A002
    offset: Tensor,
    weight: Tensor,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    deform_groups: int = 1,
    bias: Any = False,
    im2col_step: int = 32,
) -> Any:
    return torchvision.ops.deform_conv2d(
        input, offset, weight, None, _pair(stride), _pair(padding), _pair(dilation), None
    )


def _modulated_deform_conv2d(
    input: Tensor,  # noqa: A002
    offset: Tensor,
    mask: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    deform_groups: int = 1,
) -> Any:
    return torchvision.ops.deform_conv2d(
        input, offset, weight, bias, _pair(stride), _pair(padding), _pair(dilation), mask
    )


def _nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Any:
    return torchvision.ops.nms(boxes, scores, iou_threshold)


def _roi_align(
    input: Tensor,  # noqa: A002
    rois: Tensor,
    output_size: Any,
    spatial_scale: float = 1.0,
    sampling_ratio: int = 0,
    pool_mode: str = "avg",
    aligned: bool = True,
) -> Any:
    return torchvision.ops.roi_align(input, rois, _pair(output_size), spatial_scale, sampling_ratio, aligned)


def _masked_conv2d(
    features: Tensor, mask: Tensor, weight: Tensor, bias: Tensor | None, padding: Any = 0, stride: Any = 1
) -> Any:
    """Where every position is in the mask: a mask has no numbers here."""
    return functional.conv2d(features, weight, bias, _pair(stride), _pair(padding))


_OPS: dict[str, dict[str, Callable[..., Tensor]]] = {
    "deform_conv": {"deform_conv2d": _deform_conv2d},
    "masked_conv": {"masked_conv2d": _masked_conv2d},
    "modulated_deform_conv": {"modulated_deform_conv2d": _modulated_deform_conv2d},
    "roi_align": {"roi_align": _roi_align},
    "saconv": {"deform_conv2d": _deform_conv2d},
}
