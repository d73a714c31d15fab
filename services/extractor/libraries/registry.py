"""Which library a name belongs to, and how its model becomes raw ops."""

from __future__ import annotations

import difflib
import fnmatch
import importlib
import importlib.metadata
import importlib.util
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Protocol, cast

import torch
from torch import nn

from nar.errors import ExtractionFailed, UnknownModel
from services.extractor.libraries.families import joined
from services.extractor.libraries.model import BuiltModel, TracedModel
from services.extractor.raw import RawGraph
from services.extractor.tracer import trace
from services.extractor.weightless import build_without_weights

LIBRARIES = (
    "anomalib",
    "asteroid",
    "braindecode",
    "deeptab",
    "diffusers",
    "effdet",
    "esm",
    "espnet",
    "keras",
    "kornia",
    "litgpt",
    "lucidrains",
    "mambapy",
    "mmaction",
    "mmagic",
    "mmdet",
    "mmocr",
    "mmpose",
    "mmpretrain",
    "mmseg",
    "mmyolo",
    "monai",
    "neuralforecast",
    "open_clip",
    "pretrainedmodels",
    "pykeen",
    "pypots",
    "pythae",
    "pytorchcv",
    "pytorchvideo",
    "recbole",
    "segmentation_models_pytorch",
    "spandrel",
    "spandrel_extra_arches",
    "speechbrain",
    "spikingjelly",
    "super_image",
    "tape",
    "timm",
    "torch_geometric",
    "torchaudio",
    "torcheeg",
    "torchscale",
    "torchsr",
    "torchtune",
    "torchvision",
    "transformers",
    "tsl",
    "ultralytics",
    "vit_pytorch",
    "xlstm",
)
"""Libraries that have a module of the same name in this package."""

# Where the package that is installed has another name than the one that is imported.
_DISTRIBUTIONS = {
    "esm": "fair-esm",
    "lucidrains": "x-transformers",
    "mmaction": "mmaction2",
    "mmseg": "mmsegmentation",
    "open_clip": "open_clip_torch",
    "tape": "tape-proteins",
    "tsl": "torch-spatiotemporal",
}

# Many packages as one library: the package that is here when the others are.
_PACKAGES = {"lucidrains": "x_transformers"}

# What the code of a model may raise when it is built or run on tensors without memory.
LIBRARY_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    StopIteration,
    MemoryError,
)


class Library(Protocol):
    """What each module of this package offers."""

    def names(self) -> list[str]:
        """All names, without the library's own."""

    def build(self, name: str) -> BuiltModel:
        """The model `name` on the meta device, with example inputs."""


@cache
def installed() -> tuple[str, ...]:
    """Those of LIBRARIES that are here."""
    return tuple(name for name in LIBRARIES if importlib.util.find_spec(_PACKAGES.get(name, name)) is not None)


@cache
def _library(name: str) -> Library:
    return cast(Library, importlib.import_module(f"services.extractor.libraries.{name}_models"))


@cache
def _names_of(library: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(f"{library}/{name}" for name in _library(library).names()))
    except (ImportError, OSError):
        # It is here, but not all that it needs, such as a library of the system.
        return ()


def names(pattern: str = "*") -> list[str]:
    """Full names of the known models that match a shell-style pattern, sorted."""
    prefix = pattern.split("/")[0]
    libraries = [library for library in installed() if fnmatch.fnmatchcase(library, prefix) or "/" not in pattern]
    found = [name for library in libraries for name in _names_of(library)]
    return found if pattern == "*" else [name for name in found if fnmatch.fnmatchcase(name, pattern)]


def load(name: str) -> TracedModel:
    """The model of full name `name`, traced without weights.

    Raises:
        UnknownModel: no installed library has it; near names are suggested.
        ExtractionFailed: its library could not build or run it.
    """
    library, _, short = name.partition("/")
    if library not in installed():
        _refuse_library(name, library)
    if name not in _names_of(library):
        near = tuple(difflib.get_close_matches(name, _names_of(library), n=5, cutoff=0.5))
        hint = f"; did you mean {', '.join(near)}?" if near else f"; `nar models {library}` lists its models"
        raise UnknownModel(f"{library} {_version(library)} has no model {short!r}{hint}", near)
    return _guard(library, short, lambda: _library(library).build(short))


def from_config_json(text: str) -> TracedModel:
    """The model that a Hugging Face config.json describes, traced without weights.

    Raises:
        UnsupportedSource: no JSON, remote code, or a class that the installed transformers does not define.
        LimitExceeded: sizes beyond what any known model has.
        ExtractionFailed: transformers could not build or run it.
    """
    from services.extractor.libraries.transformers_config import read

    name, build = read(text)
    return _guard("transformers", name, build)


def _guard(library: str, name: str, build: Callable[[], BuiltModel]) -> TracedModel:
    """Builds and traces; whatever the library raises becomes ExtractionFailed with its first line."""
    step = "build"
    try:
        built = build_without_weights(build)
        step = "run"
        with torch.device("meta"):
            raw = _trace(built, name)
    except LIBRARY_ERRORS as error:
        first = (str(error).strip().splitlines() or [""])[0][:300]
        raise ExtractionFailed(
            f"{library}/{name}: {library} {_version(library)} could not {step} it without weights: "
            f"{type(error).__name__}: {first}"
        ) from error
    version = _version_of(built.module, library)
    return TracedModel(raw, name, library, version, joined(library, built.family), built.task)


def _trace(built: BuiltModel, name: str) -> RawGraph:
    """The ops of a model with the first of its inputs that it takes; else why it refuses the very first."""
    try:
        return trace(built.module, built.args, built.kwargs, name)
    except LIBRARY_ERRORS:
        for inputs in built.alternatives:
            with suppress(*LIBRARY_ERRORS):
                return trace(built.module, built.args, inputs, name)
        raise


def _version_of(model: nn.Module, library: str) -> str:
    """That of the package that defines `model`, where a library is many packages."""
    package = type(model).__module__.partition(".")[0]
    distributions = importlib.metadata.packages_distributions().get(package, [])
    if library not in _PACKAGES or package == "torch" or not distributions:
        return _version(library)
    return importlib.metadata.version(distributions[0])


def _version(library: str) -> str:
    return importlib.metadata.version(_DISTRIBUTIONS.get(library, library))


def _refuse_library(name: str, library: str) -> None:
    if library in LIBRARIES:
        raise UnknownModel(f'{name!r}: {library} is not installed at the extractor; pip install "nar[zoo]"')
    everything = [full for known in installed() for full in _names_of(known)]
    near = tuple(difflib.get_close_matches(name, everything, n=5, cutoff=0.6))
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise UnknownModel(f"{name!r} names no library that is known here ({', '.join(installed())}){hint}", near)
