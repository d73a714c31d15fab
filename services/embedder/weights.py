"""Weights on disk: model.safetensors, and config.json to read."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from nar.errors import InvalidInput, NotFound
from services.embedder.config import EmbedderConfig, Encoder, StageConfig
from services.embedder.model import ArchitectureModel
from services.embedder.op_words import OpVocabulary

WEIGHTS, CONFIG = "model.safetensors", "config.json"

# Only training needs these.
_LEFT_OUT = ("context.",)


def save(folder: Path, model: ArchitectureModel, config: EmbedderConfig, families: tuple[str, ...], record: Any) -> str:
    """Writes `model` to `folder`, in half precision; returns the model version.

    Args:
        folder: made where it does not exist; each file is replaced at once.
        model: the trained model.
        config: its configuration.
        families: names of the classes.
        record: what else a reader should know: data, losses, versions of packages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.detach().to(torch.float16).contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith(_LEFT_OUT)
    }
    version = f"{config.preset}-{_digest(tensors)}"
    content = {
        "model_version": version,
        "dimensions": config.dimensions,
        **dataclasses.asdict(config),
        "vocabulary": model.vocabulary.words,
        "families": families,
        "record": record,
    }
    _replace(folder / CONFIG, lambda path: path.write_text(json.dumps(content, indent=1) + "\n"))
    _replace(folder / WEIGHTS, lambda path: save_file(tensors, path, metadata={"model_version": version}))
    return version


def load(folder: Path) -> tuple[ArchitectureModel, str]:
    """The model in `folder`, ready to embed, and its version.

    Raises:
        NotFound: there are no weights.
        InvalidInput: the files are damaged or do not belong together.
    """
    if not (folder / WEIGHTS).exists() or not (folder / CONFIG).exists():
        raise NotFound(f"{folder} holds no weights ({WEIGHTS}, {CONFIG}); train some with `nar train`")
    try:
        content = json.loads((folder / CONFIG).read_text())
        config = _config(content)
        vocabulary = OpVocabulary(tuple(content["vocabulary"]))
        model = ArchitectureModel(config, vocabulary, len(content["families"]))
        tensors = {name: tensor.float() for name, tensor in load_file(folder / WEIGHTS).items()}
        missing = model.load_state_dict(tensors, strict=False)
    except (SafetensorError, json.JSONDecodeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InvalidInput(f"the weights in {folder} are damaged: {error}") from error
    absent = [name for name in missing.missing_keys if not name.startswith(_LEFT_OUT)]
    if absent or missing.unexpected_keys:
        raise InvalidInput(f"the weights in {folder} do not fit their config.json: {absent or missing.unexpected_keys}")
    return model.eval(), str(content["model_version"])


def _config(content: dict[str, Any]) -> EmbedderConfig:
    names = {field.name for field in dataclasses.fields(EmbedderConfig)}
    values = {name: value for name, value in content.items() if name in names}
    stages = {
        stage: StageConfig(**{**values[stage], "encoder": Encoder(values[stage]["encoder"])})
        for stage in ("motif", "graph")
    }
    return EmbedderConfig(**{**values, **stages})


def _digest(tensors: dict[str, Tensor]) -> str:
    """8 digits that change with any weight."""
    digest = hashlib.blake2b(digest_size=4)
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].numpy().tobytes())
    return digest.hexdigest()


def _replace(path: Path, write: Any) -> None:
    """Writes beside `path` and renames, so that a reader sees the old or the new file."""
    temporary = path.with_suffix(f"{path.suffix}.tmp")
    write(temporary)
    temporary.replace(path)
