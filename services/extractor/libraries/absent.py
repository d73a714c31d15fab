"""What models do not need of their library: training, data and plots are left out, so that less need be installed."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


def skip_init(*packages: str) -> None:
    """Makes the modules of `packages` importable without what the packages' own `__init__` imports.

    A package inside another comes after it. Packages that are imported already stay as they are.
    """
    for name in packages:
        if name in sys.modules:
            continue
        spec = importlib.util.find_spec(name)
        if spec is None:
            raise ImportError(f"{name} is not installed")
        module = ModuleType(name)
        module.__spec__, module.__file__ = spec, spec.origin
        module.__path__ = list(spec.submodule_search_locations or ())
        sys.modules[name] = module
        parent, _, short = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], short, module)


def stand_in(*packages: str) -> None:
    """Lets code import `packages` that are not installed, as long as it runs nothing of them."""
    missing = tuple(name for name in packages if importlib.util.find_spec(name) is None)
    if missing:
        sys.meta_path.append(_Finder(missing))
    if "tensorboard" in missing:
        # torch has a module for it, which looks for its version.
        sys.modules.setdefault("torch.utils.tensorboard", _Module("torch.utils.tensorboard"))


class _Kind(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent


class Absent(metaclass=_Kind):
    """Stands for every name of a package that is not here: a base class, a decorator, a function."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Itself, or what it decorates."""
        return args[0] if cls is Absent and len(args) == 1 and callable(args[0]) else super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As a decorator that was made with arguments: what it decorates."""
        return args[0] if len(args) == 1 and callable(args[0]) else self

    def __getattr__(self, name: str) -> Any:
        """Any attribute."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Absent


class _Module(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent


class _Finder(MetaPathFinder, Loader):
    """Finds every module of some packages, as one of which all names are `Absent`."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = packages

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """A module of the packages, never another."""
        found = any(fullname == name or fullname.startswith(f"{name}.") for name in self._packages)
        return ModuleSpec(fullname, self, is_package=True) if found else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty one."""
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing runs."""
