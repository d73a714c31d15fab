"""torch_geometric's networks, with default sizes, and moderate ones where it has none."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from services.extractor.libraries.recipe import Recipe, floats, integers

_NODES, _EDGES, _IN, _CLASSES = 100, 400, 64, 7
_X, _LINKS, _ONE = floats(_NODES, _IN), integers(2, _EDGES), integers(_NODES, value=0)
_MODELS = "torch_geometric.nn.models:"
_HERE = f"{__name__}:"
_TASK = "graph-ml"
_SIZES = {"in_channels": _IN, "hidden_channels": 64, "num_layers": 3, "out_channels": _CLASSES}


def _network(name: str, arguments: dict[str, Any], *inputs: Any) -> Recipe:
    return Recipe(f"{_MODELS}{name}", _TASK, inputs or (_X, _LINKS), arguments)


def _molecule(name: str, arguments: dict[str, Any], family: str) -> Recipe:
    made = {"name": name, "arguments": arguments}
    return Recipe(f"{_HERE}molecule", "graph-ml", (integers(20), floats(20, 3), integers(2, 380)), made, family=family)


def molecule(name: str, arguments: dict[str, Any]) -> nn.Module:
    """A network of atoms that is given which are near each other."""
    from torch_geometric.nn import models

    class Neighbours(nn.Module):
        """Those that were given, instead of a search."""

        def forward(self, *_: Tensor) -> tuple[Tensor, Tensor]:
            """Pairs and their distances."""
            return model.pairs, model.distances

    class Molecule(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, atoms: Tensor, places: Tensor, pairs: Tensor) -> Any:
            model.pairs = pairs
            model.distances = (places[pairs[0]] - places[pairs[1]]).norm(dim=-1)
            return self.model(atoms, places)

    model: Any = getattr(models, name)(**arguments)
    model.interaction_graph = Neighbours()
    return Molecule()


NETWORKS = {
    # Each of these is a stack of one convolution, which names it.
    **{
        name: Recipe(f"{_MODELS}{name}", _TASK, (_X, _LINKS), _SIZES, family=family)
        for name, family in {
            "EdgeCNN": "edge_conv",
            "GAT": "gat_conv",
            "GCN": "gcn_conv",
            "GIN": "gin_conv",
            "GraphSAGE": "sage_conv",
        }.items()
    },
    "AttentiveFP": _network(
        "AttentiveFP",
        {"in_channels": 39, "hidden_channels": 200, "out_channels": 1, "edge_dim": 10, "num_layers": 2}
        | {"num_timesteps": 2, "dropout": 0.2},
        *(floats(_NODES, 39), _LINKS, floats(_EDGES, 10), _ONE),
    ),
    "LINKX": _network("LINKX", _SIZES | {"num_nodes": _NODES}),
    "LightGCN": Recipe(
        f"{_MODELS}LightGCN", "recommendation", (_LINKS,), {"num_nodes": _NODES, "embedding_dim": 64, "num_layers": 2}
    ),
    "MLP": _network("MLP", {"channel_list": [_IN, 32, 64, _CLASSES]}, _X),
    "NeuralFingerprint": _network(
        "NeuralFingerprint", {"in_channels": _IN, "hidden_channels": 64, "out_channels": 32, "num_layers": 3}
    ),
    "PMLP": _network("PMLP", {"in_channels": _IN, "hidden_channels": 64, "out_channels": _CLASSES, "num_layers": 3}),
    "Polynormer": _network(
        "Polynormer", {"in_channels": _IN, "hidden_channels": 64, "out_channels": _CLASSES}, _X, _LINKS, _ONE
    ),
    "RECT_L": _network("RECT_L", {"in_channels": 200, "hidden_channels": 200}, floats(_NODES, 200), _LINKS),
    "SGFormer": _network(
        "SGFormer", {"in_channels": _IN, "hidden_channels": 64, "out_channels": _CLASSES}, _X, _LINKS, _ONE
    ),
    "SignedGCN": _network(
        "SignedGCN", {"in_channels": _IN, "hidden_channels": 64, "num_layers": 2}, _X, _LINKS, _LINKS
    ),
    "SchNet": _molecule("SchNet", {}, "schnet"),
}
