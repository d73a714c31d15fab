"""How well motif instances agree with the blocks that authors wrote down as modules, per family, beside a baseline.

Run: python -m experiments.motif_quality [--json] [NAME ...]

The baseline is the rule of the paper's published code, re-stated in bigram_rule. DEVELOPMENT lists the models that
the method was looked at on while it was written; HELD_OUT was only measured.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from experiments import bigram_rule
from services.extractor.extract import ModelName, extract
from services.motif_miner import mine
from services.motif_miner.quality import Agreement, agreement, true_blocks

DEVELOPMENT = """timm/resnet50 timm/vit_base_patch16_224 timm/swin_tiny_patch4_window7_224 timm/densenet121
timm/mixer_s32_224 transformers/bert/BertModel transformers/gpt2/GPT2Model timm/efficientnet_b0 timm/convnext_tiny
timm/mobilenetv3_small_100 timm/regnety_002 timm/maxvit_tiny_tf_224 transformers/t5/T5Model timm/res2net50_14w_8s
timm/cait_xxs24_224""".split()

HELD_OUT = """timm/vit_large_patch16_224 timm/deit_small_patch16_224 timm/beit_base_patch16_224 timm/pvt_v2_b2
timm/poolformer_s12 timm/resmlp_12_224 timm/gmlp_s16_224 timm/seresnet50 timm/resnext50_32x4d timm/mobilenetv2_100
timm/coat_tiny timm/xcit_tiny_12_p16_224 timm/twins_pcpvt_small timm/convmixer_768_32 timm/hrnet_w18 timm/dla34
timm/nfnet_f0 timm/visformer_small timm/edgenext_small timm/efficientformer_l1 torchvision/resnet18
transformers/llama/LlamaModel transformers/roberta/RobertaModel transformers/distilbert/DistilBertModel
transformers/opt/OPTModel transformers/vit/ViTModel transformers/wav2vec2/Wav2Vec2Model transformers/albert/AlbertModel
transformers/electra/ElectraModel transformers/mobilebert/MobileBertModel""".split()


@dataclass(frozen=True)
class Row:
    """One model: agreement of our instances and of the baseline's, ops and instances."""

    name: str
    held_out: bool
    ours: Agreement
    baseline: Agreement
    ops: int
    instances: int


def measure(name: str) -> Row | None:
    """One model, None where its module paths name no repeated blocks."""
    graph = extract(ModelName(name)).graph
    blocks = true_blocks(graph)
    if blocks is None:
        return None
    found = mine(graph)
    return Row(
        name,
        name in HELD_OUT,
        agreement(found.op_instance, blocks),
        agreement(bigram_rule.divide(graph), blocks),
        len(graph),
        len(found.instance_motif),
    )


def main(names: list[str], *, as_json: bool) -> None:
    """Prints a line a model, and means over both halves."""
    rows = [row for name in names or [*DEVELOPMENT, *HELD_OUT] if (row := measure(name)) is not None]
    if as_json:
        print(json.dumps([{**vars(row), "ours": vars(row.ours), "baseline": vars(row.baseline)} for row in rows]))
        return
    table = Table("model", "half", "F1", "ARI", "F1 baseline", "ARI baseline", "ops", "instances", "ops/instance")
    for row in rows:
        table.add_row(
            row.name,
            "held out" if row.held_out else "development",
            *_cells([row]),
            str(row.ops),
            str(row.instances),
            f"{row.ops / row.instances:.1f}",
        )
    for half, chosen in (
        ("development", [r for r in rows if not r.held_out]),
        ("held out", [r for r in rows if r.held_out]),
    ):
        if chosen:
            ratio = np.median([row.ops / row.instances for row in chosen])
            table.add_row("mean", half, *_cells(chosen), "", "", f"{ratio:.1f} (median)")
    Console(width=140).print(table)


def _cells(rows: list[Row]) -> list[str]:
    values = [
        (row.ours.boundary_f1, row.ours.rand_index, row.baseline.boundary_f1, row.baseline.rand_index) for row in rows
    ]
    return [f"{value:.2f}" for value in np.mean(values, axis=0)]


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main([name for name in arguments if name != "--json"], as_json="--json" in arguments)
