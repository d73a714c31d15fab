"""Which module of a model is running."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.utils.hooks import RemovableHandle


class ModulePaths:
    """While entered, `current` is the path of the innermost running module, "" for the model itself."""

    def __init__(self, module: nn.Module) -> None:
        self._paths = {id(child): path for path, child in module.named_modules()}
        self._stack: list[str] = []
        self._handles: list[RemovableHandle] = []

    @property
    def current(self) -> str:
        """Path of the innermost running module."""
        return self._stack[-1] if self._stack else ""

    def __enter__(self) -> Self:
        """Starts to listen."""
        self._handles = [
            register_module_forward_pre_hook(self._push),
            register_module_forward_hook(self._pop, always_call=True),
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stops listening."""
        for handle in self._handles:
            handle.remove()

    def _push(self, module: nn.Module, args: Any) -> None:
        self._stack.append(self._paths.get(id(module), self.current))

    def _pop(self, module: nn.Module, args: Any, output: Any) -> None:
        if self._stack:
            self._stack.pop()
