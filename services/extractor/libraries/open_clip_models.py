"""open_clip: image and text towers trained together (https://github.com/mlfoundations/open_clip)."""

from __future__ import annotations

import open_clip
import torch

from services.extractor.libraries.model import BuiltModel

# Their text towers are fetched from the Hugging Face hub, configuration included.
_FETCHED = ("hf_model_name", "hf_tokenizer_name")


def names() -> list[str]:
    """All of `open_clip.list_models()` that need nothing from a network."""
    return [name for name in open_clip.list_models() if not _is_fetched(name)]


def build(name: str) -> BuiltModel:
    """The model `name` with one image and one text."""
    module = open_clip.create_model(name, pretrained=None, pretrained_hf=False, device="meta")
    size = module.visual.image_size
    height, width = (size, size) if isinstance(size, int) else tuple(size)
    length = open_clip.get_model_config(name)["text_cfg"].get("context_length", 77)
    inputs = (torch.empty(1, 3, height, width), torch.ones(1, length, dtype=torch.int64))
    family = "coca" if "coca" in type(module).__name__.lower() else "clip"
    return BuiltModel(module, family, "zero-shot-image-classification", args=inputs)


def _is_fetched(name: str) -> bool:
    text = open_clip.get_model_config(name).get("text_cfg", {})
    return any(text.get(key) for key in _FETCHED)
