"""Whether one architecture looks the same through every door.

Each model is traced, and exported by both ONNX exporters of torch with random weights; the canonical graphs are
compared: ops, and topology and exact fingerprint against the traced one.

    python -m experiments.across_formats resnet18 vit_tiny_patch16_224
"""

from __future__ import annotations

import argparse
import io
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import timm
import torch
from rich.console import Console
from rich.table import Table
from torch import nn

from nar.fingerprint import fingerprint
from nar.graph import Graph
from services.extractor.canonical import canonicalise
from services.extractor.onnx_reader import read
from services.extractor.tracer import trace

MODELS = [
    "resnet18",
    "resnet50",
    "densenet121",
    "vgg11",
    "mobilenetv2_100",
    "mobilenetv3_small_100",
    "efficientnet_b0",
    "regnety_002",
    "convnext_atto",
    "convnextv2_atto",
    "vit_tiny_patch16_224",
    "deit_tiny_patch16_224",
    "swin_tiny_patch4_window7_224",
    "mixer_s32_224",
    "resmlp_12_224",
    "pvt_v2_b0",
    "cait_xxs24_224",
    "mobilevit_s",
    "ghostnet_100",
    "inception_v3",
    "poolformer_s12",
    "efficientformer_l1",
    "xcit_nano_12_p16_224",
    "gmlp_s16_224",
]


@dataclass(frozen=True)
class Comparison:
    """How the graph of an export compares to the traced one.

    Attributes:
        ops: number of ops.
        topology: whether the topology fingerprints are equal.
        exact: whether the exact fingerprints are equal.
        difference: ops that one side has more of, by name: positive where the export has more.
    """

    ops: int
    topology: bool
    exact: bool
    difference: dict[str, int]


def compare(traced: Graph, exported: Graph) -> Comparison:
    """Compares two canonical graphs."""
    one, other = fingerprint(traced), fingerprint(exported)
    counts = Counter(exported.ops)
    counts.subtract(Counter(traced.ops))
    difference = {op: count for op, count in sorted(counts.items()) if count}
    return Comparison(len(exported), one.topology == other.topology, one.exact == other.exact, difference)


def build(name: str) -> tuple[nn.Module, torch.Tensor]:
    """The timm model with parameters that all differ (equal ones would be merged by an exporter), and an input."""
    torch.manual_seed(0)
    model = timm.create_model(name, pretrained=False).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=1e-3)
    return model, torch.randn(1, *model.pretrained_cfg["input_size"])


def traced_graph(name: str) -> Graph:
    """The canonical graph of the timm model, traced without weights."""
    with torch.device("meta"):
        model = timm.create_model(name, pretrained=False)
        data = torch.randn(1, *model.pretrained_cfg["input_size"])
    return canonicalise(trace(model, (data,), {}, name)).graph


def exported(model: nn.Module, data: torch.Tensor, *, dynamo: bool) -> bytes:
    """The ONNX file that torch makes of `model`."""
    if dynamo:
        program = torch.onnx.export(model, (data,), dynamo=True, verbose=False)
        assert program is not None
        content: bytes = program.model_proto.SerializeToString()
        return content
    buffer = io.BytesIO()
    torch.onnx.export(model, (data,), buffer, dynamo=False)
    return buffer.getvalue()


def comparisons(name: str) -> Iterator[tuple[str, Comparison]]:
    """The comparison of each exporter."""
    reference = traced_graph(name)
    model, data = build(name)
    for exporter, dynamo in (("dynamo", True), ("torchscript", False)):
        graph = canonicalise(read(exported(model, data, dynamo=dynamo), name)).graph
        yield exporter, compare(reference, graph)


def main() -> None:
    """Prints one row a model and exporter."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=MODELS, help="names of timm models")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    table = Table("model", "exporter", "ops traced", "ops exported", "topology", "exact", "exported has more (less) of")
    for name in arguments.models:
        print(name, file=sys.stderr, flush=True)
        traced = len(traced_graph(name))
        for exporter, result in comparisons(name):
            marks = ["equal" if equal else "-" for equal in (result.topology, result.exact)]
            more = " ".join(f"{op}{count:+d}" for op, count in result.difference.items())
            table.add_row(name, exporter, str(traced), str(result.ops), *marks, more)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
