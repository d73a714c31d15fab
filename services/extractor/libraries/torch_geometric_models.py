"""torch_geometric: graph networks and convolutions on graphs, one a module (https://pytorch-geometric.readthedocs.io)."""

from __future__ import annotations

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.torch_geometric_convolutions import CONVOLUTIONS
from services.extractor.libraries.torch_geometric_networks import NETWORKS

_RECIPES = NETWORKS | CONVOLUTIONS


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name` with one graph."""
    return _RECIPES[name].build()
