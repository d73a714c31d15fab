"""The source code of the class that defines an architecture, where its library is installed here.

    python -m experiments.class_sources

Source code stays out of the repository: it is read from the installed packages into a file under build/.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from nar.corpus import parquet
from services.extractor.libraries.registry import LIBRARY_ERRORS, installed
from services.extractor.weightless import build_without_weights

FILE = Path("build/tables/class-sources.json")


def _transformers(name: str) -> type:
    import transformers

    found: type = getattr(transformers, name.partition("@")[0].partition("/")[2])
    return found


def _segmentation_models(name: str) -> type:
    import segmentation_models_pytorch

    found: type = segmentation_models_pytorch.MODEL_ARCHITECTURES_MAPPING[name.partition("/")[0].lower()]
    return found


_NAMED: dict[str, Callable[[str], type]] = {
    "transformers": _transformers,
    "segmentation_models_pytorch": _segmentation_models,
}
"""Libraries whose names of models say the class, so that none has to be built."""


def defining_class(id: str) -> type:
    """The class of the model with the full name `id`."""
    library, _, name = id.partition("/")
    if library in _NAMED:
        return _NAMED[library](name)
    module = import_module(f"services.extractor.libraries.{library}_models")
    return type(build_without_weights(lambda: module.build(name)).module)


def collect(ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Those of `ids` whose class is found, with its source."""
    here = set(installed())
    texts: dict[type, str] = {}
    for id in ids:
        if id.partition("/")[0] not in here:
            continue
        try:
            own = defining_class(id)
            if own not in texts:
                texts[own] = inspect.getsource(own)
        except LIBRARY_ERRORS:
            continue
        yield id, texts[own]


def write(file: Path, ids: Sequence[str]) -> None:
    """Writes the sources of the classes: {"texts": distinct ones, "of": position of each architecture's}."""
    places: dict[str, int] = {}
    content: dict[str, Any] = {"of": {id: places.setdefault(text, len(places)) for id, text in collect(ids)}}
    content["texts"] = list(places)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def read(file: Path) -> dict[str, str]:
    """The source of the defining class by the id of the architecture."""
    content = json.loads(file.read_text())
    return {id: content["texts"][place] for id, place in content["of"].items()}


if __name__ == "__main__":
    write(FILE, [own.id for own, _, _ in parquet.read(Path("data/corpus.parquet"))])
