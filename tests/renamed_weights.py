"""The shipped weights under the name of another model version."""

import json
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file

from services.embedder.settings import SHIPPED_WEIGHTS


def renamed_weights(folder: Path) -> Path:
    """Weights of "other-1", in a new folder; their vectors are those of the shipped ones."""
    folder.mkdir()
    with safe_open(SHIPPED_WEIGHTS / "model.safetensors", "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.offset_keys()}
    save_file(tensors, folder / "model.safetensors", {"model_version": "other-1"})
    content = json.loads((SHIPPED_WEIGHTS / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**content, "model_version": "other-1"}))
    return folder
