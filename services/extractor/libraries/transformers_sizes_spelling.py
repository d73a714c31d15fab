"""How configurations of transformers spell a size: what several model types have in common."""

from __future__ import annotations

from typing import Any

Sizes = dict[str, dict[str, Any]]


def encoder(layers: int, width: int, heads: int, inner: int, **more: Any) -> dict[str, Any]:
    """A size as BERT's configuration spells it."""
    sizes = {"num_hidden_layers": layers, "hidden_size": width, "num_attention_heads": heads}
    return sizes | {"intermediate_size": inner} | more


def decoder(layers: int, width: int, heads: int, inner: int, groups: int = 0, **more: Any) -> dict[str, Any]:
    """As Llama's spells it; `groups` are its heads of keys and values."""
    return encoder(layers, width, heads, inner, num_key_value_heads=groups or heads, **more)


def t5(layers: int, width: int, heads: int, inner: int, decoder: int = 0, **more: Any) -> dict[str, Any]:
    """As T5's spells it, with other layers in the decoder where it says so."""
    sizes = {"num_layers": layers, "num_decoder_layers": decoder or layers, "d_model": width}
    return sizes | {"num_heads": heads, "d_ff": inner} | more


def bart(layers: int, width: int, heads: int, inner: int, decoder: int = 0, **more: Any) -> dict[str, Any]:
    """As BART's spells it, with other layers in the decoder where it says so."""
    sizes = {"encoder_layers": layers, "decoder_layers": decoder or layers, "d_model": width}
    ends = {f"{side}_{key}": value for side in ("encoder", "decoder") for key, value in _ends(heads, inner).items()}
    return sizes | ends | more


def _ends(heads: int, inner: int) -> dict[str, int]:
    return {"attention_heads": heads, "ffn_dim": inner}
