"""Records the ops that an `nn.Module` runs, on the meta device: no weights, no arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

from nar.graph import Shape
from services.extractor.data_dependent import answer
from services.extractor.module_paths import ModulePaths
from services.extractor.raw import Operand, RawGraph, RawOp, Weight
from services.extractor.whole_ops import WHOLE_OPS

# Fresh tensors that take only their shape from a tensor argument: constants, whatever that argument is.
_SHAPE_ONLY = {f"{prefix}{kind}" for kind in ("zeros", "ones", "empty", "full") for prefix in ("new_", "")} | {
    "zeros_like",
    "ones_like",
    "empty_like",
    "full_like",
    "rand_like",
    "randn_like",
    "new_empty_strided",
    "bernoulli",
}


def trace(
    module: nn.Module, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None, name: str = ""
) -> RawGraph:
    """The ops that `module(*args, **kwargs)` runs, in eval mode, without gradients.

    Args:
        module: a module, usually on the meta device; it is put into eval mode.
        args: positional inputs; every tensor among them, at any depth, becomes an "input" op.
        kwargs: inputs by name.
        name: a name for people.
    """
    recorder = Recorder(module)
    kwargs = kwargs or {}
    recorder.add_inputs(tree_leaves((tuple(args), dict(kwargs))))
    module.eval()
    torch.backends.mha.set_fastpath_enabled(False)
    with ExitStack() as stack:
        stack.enter_context(torch.no_grad())
        stack.enter_context(_without_autocast())
        stack.enter_context(recorder.paths)
        stack.enter_context(WholeOps(recorder))
        stack.enter_context(recorder)
        result = module(*args, **kwargs)
    return RawGraph(
        ops=recorder.ops,
        outputs=recorder.outputs_of(result),
        source="aten",
        params=sum({id(p): p.numel() for p in module.parameters()}.values()),
        name=name,
    )


class Recorder(TorchDispatchMode):
    """Sees every aten call and keeps which op made which tensor."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.ops: list[RawOp] = []
        self.paths = ModulePaths(module)
        self._operands: dict[int, Operand] = {}
        self._alive: list[Tensor] = []  # ids stay unique only while the tensors live
        self._writers: dict[int, int] = {}
        for path, parameter in module.named_parameters():
            self._remember(parameter, Weight(tuple(parameter.shape), ((path, parameter.numel()),)))

    def add_inputs(self, leaves: Iterable[Any]) -> None:
        """Makes an "input" op of every tensor among `leaves`."""
        for leaf in leaves:
            if isinstance(leaf, Tensor) and id(leaf) not in self._operands:
                self._remember(leaf, self.add(RawOp("input", (), tuple(leaf.shape))))

    def add(self, op: RawOp) -> int:
        """Appends `op`; its index."""
        self.ops.append(op)
        return len(self.ops) - 1

    def record(self, name: str, arguments: Mapping[str, Any], result: Any) -> None:
        """Keeps one call of `name` that made `result`; `arguments` stand in the order of its schema."""
        operands, attributes = self._split(arguments)
        outputs = [leaf for leaf in tree_leaves(result) if isinstance(leaf, Tensor)]
        shape: Shape = tuple(outputs[0].shape) if outputs else ()
        short = name.removeprefix("aten.").rstrip("_")
        made: Operand
        if short in _SHAPE_ONLY or not any(isinstance(operand, int) for operand in operands):
            made = _fold(operands, shape, attributes)
        else:
            made = self.add(RawOp(name, operands, shape, attributes, self.paths.current))
        for output in outputs:
            self._remember(
                output, made if isinstance(made, int) else Weight(tuple(output.shape), made.parameters, made.value)
            )

    def record_write(self, name: str, arguments: Mapping[str, Any], target: Tensor) -> None:
        """Keeps one call of `name` that changed `target` in place: later readers of its memory depend on it."""
        operands, attributes = self._split(arguments)
        if not any(isinstance(operand, int) for operand in operands):
            return
        index = self.add(RawOp(name, operands, tuple(target.shape), attributes, self.paths.current))
        self._remember(target, index)
        self._writers[_memory(target)] = index

    def outputs_of(self, result: Any) -> tuple[int, ...]:
        """Indices of the ops whose tensors `result` holds, at any depth."""
        found = (self.operand(leaf) for leaf in tree_leaves(_plain(result)) if isinstance(leaf, Tensor))
        return tuple(dict.fromkeys(operand for operand in found if isinstance(operand, int)))

    def operand(self, tensor: Tensor) -> Operand:
        """Where `tensor` comes from; the last op that wrote into its memory counts."""
        known = self._operands.get(id(tensor))
        if known is None:
            known = Weight(tuple(tensor.shape))
        writer = self._writers.get(_memory(tensor), -1) if self._writers else -1
        return writer if writer > (known if isinstance(known, int) else -1) else known

    def _remember(self, tensor: Tensor, operand: Operand) -> None:
        self._operands[id(tensor)] = operand
        self._alive.append(tensor)

    def _split(self, arguments: Mapping[str, Any]) -> tuple[tuple[Operand, ...], dict[str, Any]]:
        """Tensors as operands in order, everything else by name."""
        operands: list[Operand] = []
        attributes: dict[str, Any] = {}
        for key, value in arguments.items():
            if isinstance(value, Tensor):
                operands.append(self.operand(value))
            elif isinstance(value, (list, tuple)) and any(isinstance(item, Tensor) for item in value):
                operands.extend(self.operand(item) if isinstance(item, Tensor) else None for item in value)
            elif value is None and key in _OPTIONAL_TENSORS:
                operands.append(None)
            else:
                attributes[key] = tuple(value) if isinstance(value, list) else value
        return tuple(operands), attributes

    def __torch_dispatch__(
        self,
        func: torch._ops.OpOverload,
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Runs the call and records it."""
        kwargs = kwargs or {}
        schema = func._schema
        name = f"{func.namespace}.{schema.name.split('::')[1]}"
        run = answer(name, args, kwargs)
        result = _call(func, args, kwargs) if run is None else run()
        arguments = {argument.name: value for argument, value in zip(schema.arguments, args, strict=False)}
        arguments.update(kwargs)
        if schema.is_mutable and args and isinstance(args[0], Tensor) and result is args[0]:
            self.record_write(name, arguments, args[0])
        else:
            self.record(name, arguments, result)
        return result


class WholeOps(TorchFunctionMode):
    """Keeps attention and recurrent layers whole, which would else fall apart into the meta backend's own pieces."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Answers the calls of WHOLE_OPS with empty tensors of the right shape; runs all others."""
        kwargs = kwargs or {}
        if func is Tensor.__format__ and args[0].is_meta and args[0].dim() == 0:
            # A name that is made of a number, such as that of an expert.
            return format(args[0].item(), *args[1:])
        if func is Tensor.type and len(args) > 1 and str(args[1]).startswith("torch.meta."):
            # A type by its name, which torch does not know for the meta device.
            return args[0].to("meta", _TYPES[args[1]])
        whole = WHOLE_OPS.get(func)
        if whole is None:
            return func(*args, **kwargs)
        name, arguments, shapes = whole(*args, **kwargs)
        like = next(value for value in tree_leaves(arguments) if isinstance(value, Tensor))
        with torch._C._DisableTorchDispatch():
            real = like.dtype.to_real() if func is torch.istft else like.dtype
            tensors = tuple(torch.empty(shape, dtype=real, device=like.device) for shape in shapes)
        self._recorder.record(name, arguments, tensors)
        return tensors if len(tensors) > 1 else tensors[0]


_TYPES = {
    torch.empty(0, dtype=dtype, device="meta").type(): dtype
    for dtype in (torch.float16, torch.float32, torch.float64, torch.int32, torch.int64, torch.bool)
}


@contextmanager
def _without_autocast() -> Iterator[None]:
    """Lets code turn autocast on and off for the meta device, which torch refuses; it stays off."""
    original = torch.autocast.__init__

    def start(self: torch.autocast, device_type: str, *args: Any, **kwargs: Any) -> None:
        if device_type == "meta":
            original(self, "cpu", enabled=False)
        else:
            original(self, device_type, *args, **kwargs)

    torch.autocast.__init__ = start  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.autocast.__init__ = original  # type: ignore[method-assign]


_OPTIONAL_TENSORS = {"bias", "weight", "running_mean", "running_var", "attn_mask"}


def _fold(operands: tuple[Operand, ...], shape: Shape, attributes: Mapping[str, Any]) -> Weight:
    """The constant that an op of constants makes."""
    weights = [operand for operand in operands if isinstance(operand, Weight)]
    parameters = tuple(dict.fromkeys(parameter for weight in weights for parameter in weight.parameters))
    value = attributes.get("fill_value", attributes.get("s"))
    if value is None and len(weights) == 1:
        value = weights[0].value
    return Weight(shape, parameters, float(value) if isinstance(value, (int, float)) else None)


def _call(func: torch._ops.OpOverload, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Runs `func`; constants that a model keeps in memory become tensors without, where they meet such."""
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    if any(tensor.is_meta for tensor in tensors) and not all(tensor.is_meta for tensor in tensors):
        args, kwargs = tree_map_only(Tensor, lambda tensor: tensor.to("meta"), (args, kwargs))
    return func(*args, **kwargs)


def _memory(tensor: Tensor) -> int:
    """Identity of the memory that `tensor` shares with its views."""
    return int(tensor.untyped_storage()._cdata)


def _plain(result: Any) -> Any:
    """`result` with objects that pytree does not open turned into their fields."""
    if isinstance(result, (Tensor, list, tuple, dict)) or not hasattr(result, "__dict__"):
        return result
    return dict(vars(result))
