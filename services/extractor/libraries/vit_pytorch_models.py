"""vit_pytorch: vision transformers, one a module (https://github.com/lucidrains/vit-pytorch).

Sizes are those of the examples in its documentation; where a module has none, those of the vision transformer's.
"""

from __future__ import annotations

from services.extractor.libraries import vit_pytorch_recipes as recipes
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.vit_pytorch_stages import STAGED

_RECIPES = recipes.plain() | STAGED | recipes.SEQUENCES | recipes.COMBINED


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
