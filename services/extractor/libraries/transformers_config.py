"""A Hugging Face config.json: it may only choose among the classes that the installed transformers defines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from nar.errors import LimitExceeded, UnsupportedSource
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.transformers_models import build_class, pairs

# Keys that make transformers run code or fetch files.
_FORBIDDEN = ("auto_map", "custom_pipelines", "trust_remote_code", "_commit_hash_code", "quantization_config")
_MAX_LAYERS = 2_000
_MAX_NUMBER = 2**31
_MAX_DEPTH = 16


def read(text: str) -> tuple[str, Callable[[], BuiltModel]]:
    """The name of the model that a config.json describes, and what builds it.

    Raises:
        UnsupportedSource: no JSON object, remote code, or a type or class that transformers does not define.
        LimitExceeded: numbers beyond what any known model has.
    """
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnsupportedSource(f"the config.json is not JSON: {error}", "config_json") from error
    if not isinstance(content, dict):
        raise UnsupportedSource("the config.json is not a JSON object", "config_json")
    _check(content)
    model_type = content.get("model_type")
    if model_type not in CONFIG_MAPPING:
        raise UnsupportedSource(
            f"model_type {model_type!r} is none that transformers {transformers.__version__} defines", "config_json"
        )
    class_name = _class_name(content, str(model_type))
    task = pairs().get(f"{model_type}/{class_name}", "")

    def build() -> BuiltModel:
        return build_class(CONFIG_MAPPING[model_type].from_dict(content), class_name, task)

    return f"{model_type}/{class_name}", build


def _class_name(content: dict[str, Any], model_type: str) -> str:
    """The class that the file names, or the plain model of its type."""
    known = [name.partition("/")[2] for name in pairs() if name.startswith(f"{model_type}/")]
    wanted = content.get("architectures") or []
    named = wanted[0] if isinstance(wanted, list) and wanted else None
    if named is None and known:
        return next((name for name in known if name.endswith("Model")), known[0])
    if named not in known:
        raise UnsupportedSource(
            f"class {named!r} is none of {model_type} in transformers {transformers.__version__}; "
            f"known are {', '.join(known)}",
            "config_json",
        )
    return str(named)


def _check(content: dict[str, Any]) -> None:
    for path, key, value in _walk(content, "", 0):
        if key in _FORBIDDEN and value:
            raise UnsupportedSource(
                f"config.json asks for code or files from elsewhere ({path}); only classes that ship with transformers "
                "are built. Remove the key, or trace the model with nar.trace where its code is trusted",
                f"config_json.{path}",
            )
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if is_number and ("layers" in key or "depth" in key) and value > _MAX_LAYERS:
            raise LimitExceeded(f"config.json: {path} is {value}; the limit is {_MAX_LAYERS}")
        if isinstance(value, int) and abs(value) > _MAX_NUMBER:
            raise LimitExceeded(f"config.json: {path} is {value}; the limit is {_MAX_NUMBER}")


def _walk(content: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str, Any]]:
    """Every entry at any depth: its path, its key, its value."""
    if depth > _MAX_DEPTH:
        raise LimitExceeded(f"config.json is nested more than {_MAX_DEPTH} deep")
    for key, value in content.items():
        yield f"{prefix}{key}", str(key), value
        if isinstance(value, dict):
            yield from _walk(value, f"{prefix}{key}.", depth + 1)
