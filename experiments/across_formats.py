"""Whether one architecture gives one canonical graph through every door: traced, and exported by both ONNX exporters.

Run: python -m experiments.across_formats [NAME ...]
"""

from __future__ import annotations

import collections
import io
import sys
import tempfile
import warnings
from pathlib import Path

import timm
import torch
from torch import nn

from nar.fingerprint import fingerprint
from nar.graph import Graph
from services.extractor import onnx_reader, tracer
from services.extractor.canonical import canonicalise

MODELS = """resnet18 resnet50 densenet121 vgg11 mobilenetv2_100 mobilenetv3_small_100 efficientnet_b0 regnety_002
convnext_atto convnextv2_atto vit_tiny_patch16_224 deit_tiny_patch16_224 swin_tiny_patch4_window7_224 mixer_s32_224
resmlp_12_224 pvt_v2_b0 cait_xxs24_224 mobilevit_s ghostnet_100 inception_v3""".split()


def export(module: nn.Module, image: torch.Tensor, *, dynamo: bool) -> bytes:
    """The ONNX file that one of torch's exporters writes."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.onnx"
        if dynamo:
            torch.onnx.export(module, (image,), path, dynamo=True, external_data=False, verbose=False)
        else:
            torch.onnx.export(module, (image,), path, dynamo=False)
        return path.read_bytes()


def canonical_graphs(name: str) -> dict[str, Graph]:
    """The canonical graph of a timm model by door."""
    module = timm.create_model(name).eval()
    size = module.pretrained_cfg.get("input_size", (3, 224, 224))
    image = torch.zeros(1, *size)
    with torch.device("meta"):
        raw = tracer.trace(timm.create_model(name), (torch.empty(1, *size, device="meta"),))
    graphs = {"traced": canonicalise(raw).graph}
    for door, dynamo in (("dynamo", True), ("torchscript", False)):
        graphs[door] = canonicalise(onnx_reader.read(export(module, image, dynamo=dynamo))).graph
    return graphs


def main(names: list[str]) -> None:
    """Prints one line a model: ops per door, equal topology, equal exact fingerprint, and the ops that differ."""
    for name in names or MODELS:
        graphs = canonical_graphs(name)
        base = fingerprint(graphs["traced"])
        line = io.StringIO()
        print(f"{name:32}", len(graphs["traced"]), end=" ", file=line)
        for door in ("dynamo", "torchscript"):
            other = fingerprint(graphs[door])
            equal = "exact" if other == base else "topology" if other.topology == base.topology else "differs"
            print(f"{door}: {len(graphs[door])} {equal}", end="  ", file=line)
            if equal == "differs":
                one, two = collections.Counter(graphs["traced"].ops), collections.Counter(graphs[door].ops)
                print(dict(one - two), dict(two - one), end=" ", file=line)
        print(line.getvalue(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
