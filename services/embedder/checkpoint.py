"""Where an interrupted training stands: weights and optimizer in safetensors, the rest in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from nar.errors import FailedPrecondition

Losses = dict[str, list[float]]

_STAGES = ("motif", "graph")


class Checkpoint:
    """One file in the folder of the weights.

    Args:
        folder: made where it does not exist.
        model: is restored in place.
        run: what is trained on what; a checkpoint of another run is refused.
    """

    def __init__(self, folder: Path, model: nn.Module, run: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "checkpoint.safetensors"
        self._model = model
        self._run = run

    def save(self, stage: str, epoch: int, optimizer: torch.optim.Optimizer, losses: Losses) -> None:
        """Keeps that `epoch` epochs of `stage` are done."""
        tensors = {f"model.{name}": tensor for name, tensor in self._model.state_dict().items()}
        for number, state in optimizer.state_dict()["state"].items():
            tensors.update({f"optimizer.{number}.{key}": value for key, value in state.items()})
        temporary = self._path.with_suffix(".tmp")
        metadata = {"state": json.dumps({"run": self._run, "stage": stage, "epoch": epoch, "losses": losses})}
        save_file({name: tensor.contiguous().clone() for name, tensor in tensors.items()}, temporary, metadata)
        temporary.replace(self._path)

    def restore(self, stage: str, optimizer: torch.optim.Optimizer, losses: Losses) -> tuple[int, Losses]:
        """Restores model and optimizer; the epochs of `stage` that are done, and the losses so far.

        Raises:
            FailedPrecondition: the checkpoint is damaged, or of another run.
        """
        if not self._path.exists():
            return 0, losses
        remedy = "remove it, or choose another folder"
        try:
            with safe_open(self._path, "pt") as file:
                tensors = {name: file.get_tensor(name) for name in file.offset_keys()}
                state = json.loads(file.metadata()["state"])
        except (SafetensorError, OSError, KeyError, json.JSONDecodeError) as error:
            raise FailedPrecondition(f"{self._path} is damaged ({error}): {remedy}") from error
        if state.get("run") != self._run:
            raise FailedPrecondition(f"{self._path} belongs to a training with other data or settings: {remedy}")
        prefix = "model."
        self._model.load_state_dict(
            {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
        )
        if state["stage"] != stage:
            is_past = _STAGES.index(state["stage"]) > _STAGES.index(stage)
            return (10**9 if is_past else 0), state["losses"]
        _restore_optimizer(optimizer, tensors)
        return int(state["epoch"]), state["losses"]

    def remove(self) -> None:
        """Forgets the checkpoint: the training is complete."""
        self._path.unlink(missing_ok=True)


def _restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, torch.Tensor]) -> None:
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimizer."):
            _, number, key = name.split(".", 2)
            state.setdefault(int(number), {})[key] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
