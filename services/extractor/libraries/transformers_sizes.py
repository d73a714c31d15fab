"""Published sizes of the models of transformers, beside the default that each configuration class has."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.transformers_sizes_decoders import DECODERS
from services.extractor.libraries.transformers_sizes_encoders import BOTH, ENCODERS
from services.extractor.libraries.transformers_sizes_senses import FILMS, IMAGES, SOUNDS

_SIZES = ENCODERS | BOTH | DECODERS | IMAGES | FILMS | SOUNDS

# The head that a model type is known for, first where it has several.
_HEADS = (
    *("automatic-speech-recognition", "text2text-generation", "fill-mask", "text-generation"),
    *("object-detection", "semantic-segmentation", "image-classification", "video-classification"),
    *("zero-shot-image-classification", "pretraining"),
)


def sized(pairs: dict[str, str]) -> list[str]:
    """Names "model type/class@size" for the plain class and one head of each model type that is in `pairs`."""
    classes: dict[str, dict[str, str]] = {}
    for pair, task in pairs.items():
        model_type, _, name = pair.partition("/")
        classes.setdefault(model_type, {}).setdefault(task, name)
    found = []
    for model_type, sizes in _SIZES.items():
        of_task = classes.get(model_type, {})
        head = next((of_task[task] for task in _HEADS if task in of_task), None)
        chosen = [name for name in (of_task.get(""), head) if name is not None]
        found += [f"{model_type}/{name}@{size}" for size in sizes for name in chosen]
    return found


def changes(model_type: str, size: str) -> dict[str, Any]:
    """What a size changes of the default configuration; nothing for ""."""
    return dict(_SIZES[model_type][size]) if size else {}
