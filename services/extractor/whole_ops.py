"""Functions of torch that are kept whole: what they are called, what they read, the shapes that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from nar.graph import Shape

Whole = tuple[str, Mapping[str, Any], tuple[Shape, ...]]


def _attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, *_: Any, **__: Any) -> Whole:
    """Scaled dot product attention: (..., L, E), (..., S, E), (..., S, Ev) -> (..., L, Ev)."""
    arguments = {"query": query, "key": key, "value": value, "attn_mask": attn_mask}
    return "aten.scaled_dot_product_attention", arguments, ((*query.shape[:-1], value.shape[-1]),)


def _recurrent(name: str, states: int) -> Callable[..., Whole]:
    """A recurrent layer with `states` hidden states; packed sequences give their batch sizes as second argument."""

    def whole(data: Tensor, second: Any, third: Any, *rest: Any) -> Whole:
        packed = (
            isinstance(second, Tensor)
            and isinstance(third, (Tensor, tuple, list))
            and isinstance(rest[0], (list, tuple))
        )
        state, weights = (third, rest[0]) if packed else (second, third)
        flags = rest[1:] if packed else rest
        hidden: Sequence[Tensor] = (state,) if isinstance(state, Tensor) else tuple(state)
        _, layers, _, _, bidirectional = flags[:5]
        width = hidden[0].shape[-1] * (2 if bidirectional else 1)
        arguments = {
            "input": data,
            "hx": hidden,
            "params": tuple(weights),
            "hidden_size": hidden[0].shape[-1],
            "num_layers": layers,
            "bidirectional": bidirectional,
        }
        shapes = ((*data.shape[:-1], width), *(tuple(tensor.shape) for tensor in hidden))
        return name, arguments, shapes[: 1 + states]

    return whole


_STFT = ("input", "n_fft", "hop_length", "win_length", "window", "center", "normalized", "onesided", "length")


def _inverse_stft(*positional: Any, **named: Any) -> Whole:
    """A sound from its spectrum, (..., bins, frames) -> (..., samples); torch checks numbers of the window first."""
    given = dict(zip(_STFT, positional, strict=False)) | named
    data, size = given["input"], given["n_fft"]
    hop = given.get("hop_length") or size // 4
    samples = given.get("length") or (data.shape[-1] - 1) * hop
    return "aten.istft", {"input": data, "n_fft": size, "hop_length": hop}, ((*data.shape[:-2], samples),)


WHOLE_OPS: dict[Callable[..., Any], Callable[..., Whole]] = {
    functional.scaled_dot_product_attention: _attention,
    torch.istft: _inverse_stft,
    torch.lstm: _recurrent("aten.lstm", 2),
    torch.gru: _recurrent("aten.gru", 1),
    torch.rnn_tanh: _recurrent("aten.rnn_tanh", 1),
    torch.rnn_relu: _recurrent("aten.rnn_relu", 1),
}
"""Function -> (arguments as it is called -> name, arguments to record, output shapes)."""
