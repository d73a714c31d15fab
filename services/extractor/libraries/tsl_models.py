"""tsl: networks for series on graphs, with default sizes, and moderate ones where it has none (https://torch-spatiotemporal.readthedocs.io)."""

from __future__ import annotations

import importlib
from typing import Any
from unittest.mock import patch

import torch

from services.extractor.libraries.absent import skip_init, stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Input, Recipe, flags, floats, integers

# What it imports for data sets and training alone.
stand_in("lightning", "pytorch_lightning", "torch_scatter", "torch_sparse", "torchmetrics")
skip_init("tsl.nn", "tsl.nn.models", "tsl.nn.models.stgn", "tsl.nn.models.temporal")

# Two functions are compiled when they are imported, with what is not here.
with patch.object(torch.jit, "script", lambda function: function):
    importlib.import_module("tsl.nn.functional")
_base = importlib.import_module("tsl.nn.models.base_model").BaseModel
vars(importlib.import_module("tsl.nn.models"))["BaseModel"] = _base

_NODES, _EDGES, _PAST, _AHEAD = 207, 1515, 12, 12
_X, _LINKS, _WEIGHTS = floats(1, _PAST, _NODES, 1), integers(2, _EDGES), floats(_EDGES)
_GRAPH: tuple[Input, ...] = (_X, _LINKS, _WEIGHTS)
_MASK = flags(1, _PAST, _NODES, 1)
_SIZES = {"input_size": 1, "output_size": 1, "horizon": _AHEAD}
_HIDDEN = _SIZES | {"hidden_size": 32}


def _recipe(path: str, inputs: tuple[Input, ...], arguments: dict[str, Any], family: str) -> Recipe:
    task = "time-series-imputation" if "Imputer" in path or "GRIN" in path else "time-series-forecasting"
    return Recipe(f"tsl.nn.models.{path}", task, inputs, arguments, family=family)


_ONLY = (_X,)
_EXTRA = {"exog_size": 0}
_FILL = {"input_size": 1, "hidden_size": 64}
_RECIPES = {
    "AGCRN": _recipe("stgn.agcrn_model:AGCRNModel", _ONLY, _SIZES | {"n_nodes": _NODES}, "agcrn"),
    "AR": _recipe("temporal.linear_models:ARModel", _ONLY, _SIZES | {"temporal_order": _PAST}, "linear_models"),
    "BiRNNImputer": _recipe("temporal.rnn_imputers_models:BiRNNImputerModel", (_X, _MASK), _FILL, "rnn_imputers"),
    "DCRNN": _recipe("stgn.dcrnn_model:DCRNNModel", _GRAPH, _SIZES, "dcrnn"),
    "EvolveGCN": _recipe(
        "stgn.evolve_gcn_model:EvolveGCNModel",
        _GRAPH,
        _HIDDEN | _EXTRA | {"n_layers": 2, "norm": "none", "root_weight": True, "cached": False},
        "evolve_gcn",
    ),
    "FCRNN": _recipe("temporal.rnn_model:FCRNNModel", _ONLY, _SIZES | {"n_nodes": _NODES}, "rnn"),
    "GRIN": _recipe(
        "stgn.grin_model:GRINModel", (*_GRAPH, _MASK), {"input_size": 1, "embedding_size": 8, "n_nodes": _NODES}, "grin"
    ),
    "GRUGCN": _recipe(
        "stgn.gru_gcn_model:GRUGCNModel", _GRAPH, _HIDDEN | _EXTRA | {"enc_layers": 1, "gcn_layers": 2}, "gru_gcn"
    ),
    "GatedGraphNetwork": _recipe(
        "stgn.gated_gn_model:GatedGraphNetworkModel",
        (floats(1, _PAST, 20, 1), integers(2, 400)),
        {"input_size": 1, "input_window_size": _PAST, "horizon": _AHEAD, "n_nodes": 20, "hidden_size": 64}
        | {"full_graph": False},
        "gated_gn",
    ),
    "GraphWaveNet": _recipe(
        "stgn.graph_wavenet_model:GraphWaveNetModel", _GRAPH, _SIZES | {"n_nodes": _NODES}, "graph_wavenet"
    ),
    "RNN": _recipe("temporal.rnn_model:RNNModel", _ONLY, _SIZES, "rnn"),
    "RNNEncGCNDec": _recipe(
        "stgn.rnn_gcn_model:RNNEncGCNDecModel",
        _GRAPH,
        _HIDDEN | _EXTRA | {"rnn_layers": 1, "gcn_layers": 2, "rnn_dropout": 0.0, "gcn_dropout": 0.0},
        "rnn_gcn",
    ),
    "RNNImputer": _recipe("temporal.rnn_imputers_models:RNNImputerModel", (_X, _MASK), _FILL, "rnn_imputers"),
    "STCN": _recipe(
        "stgn.stcn_model:STCNModel",
        _GRAPH,
        _HIDDEN | _EXTRA | {"ff_size": 64, "n_layers": 2, "temporal_kernel_size": 2, "spatial_kernel_size": 2},
        "stcn",
    ),
    "TCN": _recipe("temporal.tcn_model:TCNModel", _ONLY, _SIZES, "tcn"),
    "Transformer": _recipe("temporal.transformer_model:TransformerModel", _ONLY, _SIZES, "transformer_model"),
    "VAR": _recipe(
        "temporal.linear_models:VARModel", _ONLY, _SIZES | {"temporal_order": _PAST, "n_nodes": _NODES}, "linear_models"
    ),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name` for the sensors of METR-LA."""
    return _RECIPES[name].build()
