"""MONAI: networks for medical images (https://github.com/Project-MONAI/MONAI).

Sizes are those of the examples in its documentation, of its tutorials and model zoo, or its defaults.
"""

from __future__ import annotations

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.monai_classifiers import CLASSIFIERS
from services.extractor.libraries.monai_generators import GENERATORS, REGISTRATION
from services.extractor.libraries.monai_segmenters import SEGMENTERS

_RECIPES = CLASSIFIERS | SEGMENTERS | GENERATORS | REGISTRATION


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
