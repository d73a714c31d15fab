"""The user's own module as a canonical computational graph: the graph leaves the machine, the weights never."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from nar.errors import ExtractionFailed
from nar.extras import require
from nar.graph import Graph

if TYPE_CHECKING:
    from torch import nn

    from services.extractor.raw import RawGraph


def trace(module: nn.Module, *inputs: Any, name: str = "", **named_inputs: Any) -> Graph:
    """The canonical computational graph of what `module(*inputs, **named_inputs)` runs in eval mode.

    It runs on tensors without memory, so that nothing is computed; only a module that does not run so (because it reads
    numbers out of its tensors) is run as it is. The module is left as it was.

    Args:
        module: any module.
        inputs: example inputs, with batch size 1 for comparable FLOPs.
        name: a name for people. Default: the class of the module.
        named_inputs: example inputs by name.

    Raises:
        FailedPrecondition: torch or the extractor is not installed.
        ExtractionFailed: the module itself fails on these inputs.

    """
    require("extractor", "nar.trace")
    from services.extractor.canonical import canonicalise

    raw = _record(module, inputs, named_inputs, name or type(module).__name__)
    return canonicalise(raw).graph


def _record(module: nn.Module, inputs: tuple[Any, ...], named_inputs: dict[str, Any], name: str) -> RawGraph:
    """The ops that it runs: without memory where that works."""
    import torch
    from torch.utils._pytree import tree_map_only

    from services.extractor.libraries.registry import LIBRARY_ERRORS
    from services.extractor.tracer import trace as trace_module

    def to_meta(tensor: torch.Tensor) -> torch.Tensor:
        return tensor.to("meta")

    try:
        with torch.device("meta"):
            args, kwargs = tree_map_only(torch.Tensor, to_meta, (inputs, named_inputs))
            return trace_module(_copy_without_memory(module), args, kwargs, name)
    except LIBRARY_ERRORS:
        pass
    modes = {each: each.training for each in module.modules()}
    try:
        return trace_module(module, inputs, named_inputs, name)
    except LIBRARY_ERRORS as error:
        first = (str(error).strip().splitlines() or [""])[0][:300]
        raise ExtractionFailed(f"{name} fails on these inputs: {type(error).__name__}: {first}") from error
    finally:
        for each, was_training in modes.items():
            each.training = was_training


def _copy_without_memory(module: nn.Module) -> nn.Module:
    """A copy of `module` whose tensors are on the meta device; the weights themselves are never copied."""
    import torch

    tensors = [
        value
        for each in module.modules()
        for values in (each._parameters, each._buffers, vars(each))
        for value in values.values()
        if isinstance(value, torch.Tensor)
    ]
    memo: dict[int, Any] = {}
    for tensor in tensors:
        bare = tensor.detach().to("meta")
        is_parameter = isinstance(tensor, torch.nn.Parameter)
        memo[id(tensor)] = torch.nn.Parameter(bare, tensor.requires_grad) if is_parameter else bare
    return copy.deepcopy(module, memo)
