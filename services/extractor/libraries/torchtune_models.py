"""torchtune: builders of language models and their companions, a folder each (https://github.com/pytorch/torchtune)."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from services.extractor.libraries.absent import skip_init, stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import floats, integers

skip_init("torchtune")
stand_in("blobfile", "datasets", "kagglehub", "sentencepiece", "tiktoken", "torchao")

from torchtune.models.llama3_1._position_embeddings import Llama3ScaledRoPE  # noqa: E402

_DECODERS = (
    *("code_llama2", "gemma", "gemma2", "llama2", "llama3", "llama3_1", "llama3_2", "mistral", "phi3", "phi4"),
    *("qwen2", "qwen2_5"),
)
# Adapters are added to a network; tokenizers and transforms are none. What is tuned for chats has the same structure.
_OTHERS = ("lora", "tokenizer", "transform", "instruct", "partial", "prompt")


def _ids() -> Tensor:
    made: Tensor = integers(1, 64)()
    return made


_COMPANIONS: dict[str, tuple[dict[str, Any], Callable[[], Any], str]] = {
    "clip/clip_text_vit_large_patch14": ({}, integers(1, 77), "feature-extraction"),
    "flux/flux_1_autoencoder": ({}, floats(1, 3, 256, 256), "image-to-image"),
    "t5/t5_v1_1_xxl_encoder": ({"max_seq_len": 512}, integers(1, 512), "feature-extraction"),
}


@cache
def _builders() -> dict[str, Callable[..., Any]]:
    found = {}
    for folder in (*_DECODERS, *{name.partition("/")[0] for name in _COMPANIONS}):
        module = importlib.import_module(f"torchtune.models.{folder}._model_builders")
        for name, value in vars(module).items():
            own = callable(value) and getattr(value, "__module__", "") == module.__name__
            if own and not any(other in name for other in _OTHERS):
                found[f"{folder}/{name}"] = value
    return {name: value for name, value in found.items() if name.partition("/")[0] in _DECODERS or name in _COMPANIONS}


def names() -> list[str]:
    """All builders, as "folder/builder"."""
    return list(_builders())


def build(name: str) -> BuiltModel:
    """The builder `name`; its folder names the lineage."""
    arguments, example, task = _COMPANIONS.get(name, ({}, _ids, "text-generation"))
    module = _builders()[name](**arguments)
    with torch.device("cpu"):
        # Rotations that are scaled by number are only made on request where there is no memory.
        for part in module.modules():
            if isinstance(part, Llama3ScaledRoPE):
                part.rope_init()
    return BuiltModel(module, name.partition("/")[0], task, args=(example(),))
