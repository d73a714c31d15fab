"""litgpt: language models of many publishers as configurations of one decoder (https://github.com/Lightning-AI/litgpt)."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from services.extractor.libraries.absent import skip_init, stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import integers

skip_init("litgpt")
stand_in("jsonargparse", "lightning", "lightning_utilities", "litdata", "torchmetrics")

from litgpt.config import Config, configs  # noqa: E402
from litgpt.model import GPT  # noqa: E402

# What a configuration says of its origin, which the network is free of.
_ORIGIN = ("name", "hf_config", "vocab_size", "padded_vocab_size")


# Each expert is a part of its own: with 128 the graph has a hundred thousand ops.
_MOST_EXPERTS = 32


@cache
def _distinct() -> list[str]:
    """Names of the configurations, one of each structure: chat models share that of what they were made from."""
    found: dict[str, str] = {}
    for config in configs:
        if config.get("n_expert", 0) > _MOST_EXPERTS:
            continue
        structure: dict[str, Any] = {key: value for key, value in config.items() if key not in _ORIGIN}
        found.setdefault(json.dumps(structure, sort_keys=True, default=str), config["name"])
    return list(found.values())


def names() -> list[str]:
    """All configurations of a structure of their own."""
    return _distinct()


def build(name: str) -> BuiltModel:
    """The configuration `name`; all lie in the file model.py, whose class names the lineage."""
    return BuiltModel(GPT(Config.from_name(name)), "gpt", "text-generation", args=(integers(1, 64)(),))
