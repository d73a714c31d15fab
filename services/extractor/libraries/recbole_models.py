"""recbole: recommenders, one a module, with the library's own configurations (https://recbole.io)."""

from __future__ import annotations

import importlib
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from scipy.sparse import dok_matrix
from torch import Tensor, nn

from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel, defining_module

# What it imports for training alone.
stand_in("colorlog", "lightgbm", "tensorboard", "texttable", "thop", "wandb", "xgboost")

# numpy's names of before its version 2, which it asks for.
for _old, _new in (("float_", "float64"), ("complex_", "complex128"), ("object_", "object_"), ("unicode_", "str_")):
    if not hasattr(np, _old):
        setattr(np, _old, getattr(np, _new))
dok_matrix._update = lambda matrix, values: matrix._dict.update(values)

_KINDS = ("general", "sequential", "context_aware", "knowledge_aware")
_USERS, _ITEMS, _EACH = 60, 80, 20

# Neighbours, counts and matrices that are solved for: no network is run.
_LEFT_OUT = {"admmslim", "asymknn", "ease", "itemknn", "nceplrec", "pop", "random", "slimelastic"}


@cache
def _modules() -> dict[str, str]:
    """Module by name."""
    found = {}
    for kind in _KINDS:
        spec = find_spec(f"recbole.model.{kind}_recommender")
        assert spec is not None
        for item in iter_modules(spec.submodule_search_locations):
            if item.name not in _LEFT_OUT:
                found[item.name] = f"recbole.model.{kind}_recommender.{item.name}"
    return found


def names() -> list[str]:
    """All recommenders of the package's folders."""
    return list(_modules())


def build(name: str) -> BuiltModel:
    """The recommender `name` for a few users and items, with one question: does this user like this item."""
    module = importlib.import_module(_modules()[name])
    kind = next(value for key, value in vars(module).items() if key.lower() == name)
    with torch.device("cpu"):
        config, data = _data(kind)
        row = dict(data[:1].interaction)
        model = kind(config, data).to("meta")
    return BuiltModel(_Score(model), defining_module(model), "recommendation", args=_matrices(model), kwargs=row)


def _matrices(model: nn.Module) -> tuple[Tensor, ...]:
    """Puts all that a recommender holds besides its weights on the meta device; the graphs that it spreads over."""
    found = []
    for part in model.modules():
        for key, value in vars(part).items():
            if isinstance(value, Tensor):
                # The meta device has no sparse arithmetic.
                setattr(part, key, torch.empty(value.shape, dtype=value.dtype, device="meta"))
                found += [getattr(part, key)] if value.is_sparse else []
            elif isinstance(value, torch.device):
                setattr(part, key, torch.device("meta"))
    return tuple(found)


class _Score(nn.Module):
    """A recommender as a function of its graphs and its fields."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *matrices: Tensor, **fields: Tensor) -> Any:
        """The score of the item for the user."""
        interaction = importlib.import_module("recbole.data.interaction").Interaction
        return self.model.predict(interaction(fields))  # type: ignore[operator]


def _data(kind: Any) -> tuple[Any, Any]:
    """The library's configuration of a recommender, and a small data set as it reads them."""
    configurator = importlib.import_module("recbole.config")
    create = importlib.import_module("recbole.data").create_dataset
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / "few")
        asked = {"data_path": folder, "use_gpu": False, "load_col": None, "train_neg_sample_args": None}
        asked |= {"checkpoint_dir": folder, "user_inter_num_interval": None, "threshold": {"rating": 3}}
        # It would read our own arguments as its own.
        with patch.object(sys, "argv", sys.argv[:1]):
            config = configurator.Config(kind, "few", config_dict=asked)
        config["device"] = torch.device("cpu")
        return config, create(config).build()[0]


def _write(folder: Path) -> None:
    """Users, items, what whom they liked, and a graph of knowledge, in the library's own files."""
    folder.mkdir()
    tables: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
        "inter": (
            "user_id:token item_id:token rating:float timestamp:float",
            [
                (user, (user + step * step) % _ITEMS, 1 + step % 5, step)
                for user in range(_USERS)
                for step in range(_EACH)
            ],
        ),
        "user": ("user_id:token age:token gender:token", [(user, user % 7, user % 2) for user in range(_USERS)]),
        "item": (
            "item_id:token release_year:token class:token",
            [(item, item % 9, item % 5) for item in range(_ITEMS)],
        ),
        "kg": (
            "head_id:token relation_id:token tail_id:token",
            [(f"e{i}", f"r{i % 4}", f"e{(3 * i + 1) % _ITEMS}") for i in range(_ITEMS)],
        ),
        "link": ("item_id:token entity_id:token", [(i, f"e{i}") for i in range(_ITEMS)]),
    }
    for ending, (head, rows) in tables.items():
        lines = ["\t".join(map(str, row)) for row in (head.split(" "), *rows)]
        (folder / f"few.{ending}").write_text("\n".join(lines))
