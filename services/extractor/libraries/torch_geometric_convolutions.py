"""torch_geometric's convolutions, each alone, from 64 channels to 32."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.recipe import Input, Recipe, floats, integers

_NODES, _EDGES, _IN, _OUT = 100, 400, 64, 32
X, EDGES = floats(_NODES, _IN), integers(2, _EDGES)
_POINTS, _TYPES = floats(_NODES, 3), integers(_EDGES)
_PLAIN = {"in_channels": _IN, "out_channels": _OUT}
_SAME = {"channels": _IN}
_TASK = "graph-ml"


def _recipe(name: str, arguments: dict[str, Any], *more: Input, **named: Input) -> Recipe:
    return Recipe(f"torch_geometric.nn.conv:{name}", _TASK, (X, EDGES, *more), arguments, named)


# Those that take nodes and edges alone, or what else their documentation asks for.
CONVOLUTIONS = {
    "AGNNConv": _recipe("AGNNConv", {}),
    "APPNP": _recipe("APPNP", {"K": 10, "alpha": 0.1}),
    "ARMAConv": _recipe("ARMAConv", _PLAIN | {"num_stacks": 3, "num_layers": 2}),
    "AntiSymmetricConv": _recipe("AntiSymmetricConv", {"in_channels": _IN}),
    "CGConv": _recipe("CGConv", _SAME),
    "ChebConv": _recipe("ChebConv", _PLAIN | {"K": 3}),
    "DNAConv": Recipe(
        "torch_geometric.nn.conv:DNAConv",
        _TASK,
        (floats(_NODES, 4, _IN), EDGES),
        _SAME | {"heads": 8, "groups": 8},
    ),
    "EGConv": _recipe("EGConv", _PLAIN | {"num_heads": 8, "num_bases": 4}),
    "FAConv": Recipe("torch_geometric.nn.conv:FAConv", _TASK, (X, floats(_NODES, _IN), EDGES), _SAME),
    "FeaStConv": _recipe("FeaStConv", _PLAIN | {"heads": 8}),
    "FiLMConv": _recipe("FiLMConv", _PLAIN),
    "GATConv": _recipe("GATConv", _PLAIN | {"heads": 8}),
    "GATv2Conv": _recipe("GATv2Conv", _PLAIN | {"heads": 8}),
    "GCN2Conv": Recipe(
        "torch_geometric.nn.conv:GCN2Conv",
        _TASK,
        (X, floats(_NODES, _IN), EDGES),
        _SAME | {"alpha": 0.1, "theta": 0.5, "layer": 1},
    ),
    "GCNConv": _recipe("GCNConv", _PLAIN),
    "GENConv": _recipe("GENConv", _PLAIN),
    "GMMConv": _recipe("GMMConv", _PLAIN | {"dim": 2, "kernel_size": 25}, floats(_EDGES, 2)),
    "GatedGraphConv": _recipe("GatedGraphConv", {"out_channels": _IN, "num_layers": 3}),
    "GeneralConv": _recipe("GeneralConv", _PLAIN),
    "GraphConv": _recipe("GraphConv", _PLAIN),
    "HEATConv": _recipe(
        "HEATConv",
        _PLAIN
        | {"num_node_types": 4, "num_edge_types": 5, "edge_type_emb_dim": 5, "edge_dim": 2, "edge_attr_emb_dim": 5},
        integers(_NODES),
        _TYPES,
        floats(_EDGES, 2),
    ),
    "HypergraphConv": _recipe("HypergraphConv", _PLAIN),
    "LEConv": _recipe("LEConv", _PLAIN),
    "LGConv": _recipe("LGConv", {}),
    "MFConv": _recipe("MFConv", _PLAIN),
    "MixHopConv": _recipe("MixHopConv", _PLAIN | {"powers": [0, 1, 2]}),
    "PDNConv": _recipe("PDNConv", _PLAIN | {"edge_dim": 8, "hidden_channels": 64}, floats(_EDGES, 8)),
    "PPFConv": Recipe(
        "torch_geometric.nn.conv:PPFConv", "point-cloud", (X, _POINTS, _POINTS, EDGES), {"add_self_loops": False}
    ),
    "PointNetConv": Recipe("torch_geometric.nn.conv:PointNetConv", "point-cloud", (X, _POINTS, EDGES)),
    "PointTransformerConv": Recipe(
        "torch_geometric.nn.conv:PointTransformerConv", "point-cloud", (X, _POINTS, EDGES), _PLAIN
    ),
    "RGATConv": _recipe("RGATConv", _PLAIN | {"num_relations": 4}, _TYPES),
    "RGCNConv": _recipe("RGCNConv", _PLAIN | {"num_relations": 4, "num_bases": 2}, _TYPES),
    "FastRGCNConv": _recipe("FastRGCNConv", _PLAIN | {"num_relations": 4, "num_bases": 2}, _TYPES),
    "ResGatedGraphConv": _recipe("ResGatedGraphConv", _PLAIN),
    "SAGEConv": _recipe("SAGEConv", _PLAIN),
    "SGConv": _recipe("SGConv", _PLAIN | {"K": 2}),
    "SSGConv": _recipe("SSGConv", _PLAIN | {"alpha": 0.1, "K": 16}),
    "SignedConv": Recipe("torch_geometric.nn.conv:SignedConv", _TASK, (X, EDGES, EDGES), _PLAIN | {"first_aggr": True}),
    "SimpleConv": _recipe("SimpleConv", {}),
    "SuperGATConv": _recipe("SuperGATConv", _PLAIN | {"heads": 8}),
    "TAGConv": _recipe("TAGConv", _PLAIN),
    "TransformerConv": _recipe("TransformerConv", _PLAIN | {"heads": 8}),
    "WLConvContinuous": _recipe("WLConvContinuous", {}),
}
