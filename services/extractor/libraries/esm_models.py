"""esm: language models of proteins, in their published sizes (https://github.com/facebookresearch/esm)."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Recipe, integers

_TASK = "fill-mask"
_IDS = (integers(1, 64, value=5),)


def _esm1(arch: str, layers: int, width: int, heads: int, alphabet: str, **more: Any) -> Recipe:
    sizes = {"layers": layers, "embed_dim": width, "ffn_embed_dim": 4 * width, "attention_heads": heads}
    options = {"arch": arch, "final_bias": True, "logit_bias": True, "max_positions": 1024, "max_tokens": 1024}
    arguments = {
        "args": Recipe("argparse:Namespace", "", (), sizes | options | more),
        "alphabet": Recipe("esm.data:Alphabet.from_architecture", "", (), {"name": alphabet}),
    }
    return Recipe("esm.model.esm1:ProteinBertModel", _TASK, _IDS, arguments)


def _esm2(layers: int, width: int, heads: int) -> Recipe:
    sizes = {"num_layers": layers, "embed_dim": width, "attention_heads": heads}
    return Recipe("esm.model.esm2:ESM2", _TASK, _IDS, sizes)


_MSA = {
    "arch": "msa_transformer",
    "layers": 12,
    "embed_dim": 768,
    "ffn_embed_dim": 3072,
    "attention_heads": 12,
    "dropout": 0.1,
    "attention_dropout": 0.1,
    "activation_dropout": 0.1,
    "max_tokens_per_msa": 2**14,
    "logit_bias": True,
    "embed_positions_msa": True,
    "embed_positions_msa_dim": 768,
    "max_positions": 1024,
    "max_tokens": 2**14,
}

_RECIPES = {
    "esm1_t6_43M": _esm1("protein_bert_base", 6, 768, 12, "ESM-1", token_dropout=False),
    "esm1_t12_85M": _esm1("protein_bert_base", 12, 768, 12, "ESM-1", token_dropout=False),
    "esm1_t34_670M": _esm1("protein_bert_base", 34, 1280, 20, "ESM-1", token_dropout=False),
    "esm1b_t33_650M": _esm1("roberta_large", 33, 1280, 20, "ESM-1b", emb_layer_norm_before=True, token_dropout=True),
    "esm2_t6_8M": _esm2(6, 320, 20),
    "esm2_t12_35M": _esm2(12, 480, 20),
    "esm2_t30_150M": _esm2(30, 640, 20),
    "esm2_t33_650M": _esm2(33, 1280, 20),
    "esm2_t36_3B": _esm2(36, 2560, 40),
    "esm2_t48_15B": _esm2(48, 5120, 40),
    "esm_msa1b_t12_100M": Recipe(
        "esm.model.msa_transformer:MSATransformer",
        _TASK,
        (integers(1, 16, 64, value=5),),
        {
            "args": Recipe("argparse:Namespace", "", (), _MSA),
            "alphabet": Recipe("esm.data:Alphabet.from_architecture", "", (), {"name": "msa_transformer"}),
        },
    ),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
