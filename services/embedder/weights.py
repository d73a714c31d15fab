"""Weights on disk: model.safetensors, and config.json to read; of graph networks and of colour models."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any, TypeVar

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from nar.errors import InvalidInput, NotFound
from services.embedder.colour_model import ColourModel
from services.embedder.config import ColourConfig, Config, Encoder, NetworkConfig, StageConfig
from services.embedder.model import ArchitectureModel
from services.embedder.op_words import OpVocabulary

WEIGHTS, CONFIG = "model.safetensors", "config.json"

# Only training needs these.
_LEFT_OUT = ("context.", "classes")

Model = ArchitectureModel | ColourModel

C = TypeVar("C", NetworkConfig, ColourConfig)


def save(folder: Path, model: Model, config: Config, families: tuple[str, ...], record: Any) -> str:
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
        name: (tensor.detach().half() if tensor.is_floating_point() else tensor).contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith(_LEFT_OUT)
    }
    version = f"{config.preset}-{_digest(tensors)}"
    content = {
        "model_version": version,
        "dimensions": config.dimensions,
        **dataclasses.asdict(config),
        **({"vocabulary": model.vocabulary.words} if isinstance(model, ArchitectureModel) else {}),
        "families": families,
        "record": record,
    }
    _replace(folder / CONFIG, lambda path: path.write_text(json.dumps(content, indent=1) + "\n"))
    _replace(folder / WEIGHTS, lambda path: save_file(tensors, path, metadata={"model_version": version}))
    return version


def load(folder: Path) -> tuple[Model, str]:
    """The model in `folder`, ready to embed, and its version.

    Raises:
        NotFound: there are no weights.
        InvalidInput: the files are damaged or do not belong together.
    """
    if not (folder / WEIGHTS).exists() or not (folder / CONFIG).exists():
        raise NotFound(f"{folder} holds no weights ({WEIGHTS}, {CONFIG}); train some with `nar train`")
    try:
        content = json.loads((folder / CONFIG).read_text())
        with safe_open(folder / WEIGHTS, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.offset_keys()}
            version = file.metadata()["model_version"]
        if content["model_version"] != version:
            raise InvalidInput(f"{folder} holds weights of {version} and the config.json of {content['model_version']}")
        model = _untrained(content, tensors)
        tensors = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
        missing = model.load_state_dict(tensors, strict=False)
    except (SafetensorError, json.JSONDecodeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InvalidInput(f"the weights in {folder} are damaged: {error}") from error
    absent = [name for name in missing.missing_keys if not name.startswith(_LEFT_OUT)]
    if absent or missing.unexpected_keys:
        raise InvalidInput(f"the weights in {folder} do not fit their config.json: {absent or missing.unexpected_keys}")
    return model.eval(), version


def _untrained(content: dict[str, Any], tensors: dict[str, Tensor]) -> Model:
    """The model that config.json describes."""
    families = len(content["families"])
    if "vocabulary" not in content:
        return ColourModel(_config(content, ColourConfig, ("graph",)), len(tensors["known"]), families)
    vocabulary = OpVocabulary(tuple(content["vocabulary"]))
    return ArchitectureModel(_config(content, NetworkConfig, ("motif", "graph")), vocabulary, families)


def _config(content: dict[str, Any], kind: type[C], stages: tuple[str, ...]) -> C:
    names = {field.name for field in dataclasses.fields(kind)}
    values = {name: value for name, value in content.items() if name in names}
    made = {name: StageConfig(**{**values[name], "encoder": Encoder(values[name]["encoder"])}) for name in stages}
    return kind(**{**values, **made})


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
