"""mambapy: Mamba, Jamba and Vision Mamba in plain torch (https://github.com/alxndrTL/mamba.py)."""

from __future__ import annotations

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Recipe, floats, integers

_SIZES = {"130m": (768, 24), "370m": (1024, 48), "790m": (1536, 48), "1.4b": (2048, 48), "2.8b": (2560, 64)}


def _mamba(width: int, layers: int) -> Recipe:
    config = Recipe("mambapy.mamba:MambaConfig", "", (), {"d_model": width, "n_layers": layers})
    return Recipe("mambapy.mamba:Mamba", "text-generation", (floats(1, 64, width),), {"config": config})


_RECIPES = {
    **{f"mamba/{name}": _mamba(*sizes) for name, sizes in _SIZES.items()},
    "vim/tiny": Recipe(
        "mambapy.vim:VMamba",
        "image-classification",
        (floats(1, 196, 192),),
        {"config": Recipe("mambapy.vim:MambaConfig", "", (), {"d_model": 192, "n_layers": 24})},
    ),
    "vim/small": Recipe(
        "mambapy.vim:VMamba",
        "image-classification",
        (floats(1, 196, 384),),
        {"config": Recipe("mambapy.vim:MambaConfig", "", (), {"d_model": 384, "n_layers": 24})},
    ),
    "jamba": Recipe(
        "mambapy.jamba:JambaLM",
        "text-generation",
        (integers(1, 64),),
        {
            "config": Recipe(
                "mambapy.jamba:JambaLMConfig",
                "",
                (),
                {"d_model": 4096, "n_layers": 32, "mlp_size": 14_336, "vocab_size": 65_536},
            )
        },
    ),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
