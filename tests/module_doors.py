"""A module as a canonical graph, through each door: traced, or exported by either ONNX exporter."""

import io
import logging
import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn

from nar.graph import Graph
from services.extractor import onnx_reader
from services.extractor.canonical import canonicalise
from services.extractor.tracer import trace

QUICK_DOORS = ("traced", "torchscript")
"""Doors that take milliseconds."""

DOORS = (*QUICK_DOORS, "dynamo")


class Function(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[..., Tensor | tuple[Tensor, ...]]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        return self.function(*inputs)


def graph_of(
    module: nn.Module | Callable[..., Tensor | tuple[Tensor, ...]], *inputs: Tensor, door: str = "traced"
) -> Graph:
    """The canonical graph of a module or function."""
    module = (module if isinstance(module, nn.Module) else Function(module)).eval()
    if door == "traced":
        return canonicalise(trace(module, inputs, {}, "module")).graph
    return canonicalise(onnx_reader.read(export(module, *inputs, dynamo=door == "dynamo"), "module")).graph


def export(module: nn.Module, *inputs: Tensor, dynamo: bool) -> bytes:
    """The ONNX file that torch makes of `module`; parameters are made to differ, since exporters merge equal ones."""
    torch.manual_seed(0)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=1e-3)
        logging.disable(logging.WARNING)
        try:
            return _export(module, inputs, dynamo=dynamo)
        finally:
            logging.disable(logging.NOTSET)


def _export(module: nn.Module, inputs: tuple[Tensor, ...], *, dynamo: bool) -> bytes:
    if dynamo:
        program = torch.onnx.export(module, inputs, dynamo=True, verbose=False)
        assert program is not None
        content: bytes = program.model_proto.SerializeToString()
        return content
    buffer = io.BytesIO()
    torch.onnx.export(module, inputs, buffer, dynamo=False)
    return buffer.getvalue()
