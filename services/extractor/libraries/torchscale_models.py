"""torchscale: encoders, decoders, BEiT-3 and RetNet in sizes of their papers (https://github.com/microsoft/torchscale)."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Recipe, floats, integers

stand_in("fairscale")

_IDS = integers(1, 64)


def _config(kind: str, **sizes: Any) -> Recipe:
    return Recipe(f"torchscale.architecture.config:{kind}Config", "", (), {"vocab_size": 64_000} | sizes)


def _words(width: int) -> Recipe:
    return Recipe("torch.nn:Embedding", "", (), {"num_embeddings": 64_000, "embedding_dim": width})


def _encoder(**more: Any) -> Recipe:
    arguments = {"args": _config("Encoder", **more), "embed_tokens": _words(768)}
    path = "torchscale.architecture.encoder:Encoder"
    return Recipe(path, "fill-mask", (_IDS,), arguments, family="torchscale_encoder")


def _decoder(**more: Any) -> Recipe:
    arguments = {"args": _config("Decoder", **more), "embed_tokens": _words(768)}
    path = "torchscale.architecture.decoder:Decoder"
    return Recipe(path, "text-generation", (_IDS,), arguments, family="torchscale_decoder")


def _retnet(width: int, layers: int, heads: int) -> Recipe:
    """Table 2 of "Retentive Network"; values and inner layers are twice as wide."""
    config = _config(
        "RetNet",
        decoder_embed_dim=width,
        decoder_value_embed_dim=2 * width,
        decoder_ffn_embed_dim=2 * width,
        decoder_retention_heads=heads,
        decoder_layers=layers,
    )
    path = "torchscale.architecture.retnet:RetNetDecoder"
    return Recipe(path, "text-generation", (_IDS,), {"args": config, "embed_tokens": _words(width)})


_RECIPES = {
    "encoder": _encoder(),
    "encoder/deepnorm": _encoder(deepnorm=True),
    "encoder/subln": _encoder(subln=True),
    "encoder/rel_pos": _encoder(rel_pos_buckets=32, max_rel_pos=128),
    "decoder": _decoder(),
    "decoder/deepnorm": _decoder(deepnorm=True),
    "decoder/subln": _decoder(subln=True),
    "decoder/xpos": _decoder(xpos_rel_pos=True),
    "encoder_decoder": Recipe(
        "torchscale.architecture.encoder_decoder:EncoderDecoder",
        "text2text-generation",
        (_IDS, _IDS),
        {"args": _config("EncoderDecoder"), "encoder_embed_tokens": _words(768), "decoder_embed_tokens": _words(768)},
        family="torchscale_encoder_decoder",
    ),
    "retnet/1_3b": _retnet(2048, 24, 8),
    "retnet/2_7b": _retnet(2560, 32, 10),
    "retnet/6_7b": _retnet(4096, 32, 16),
    "beit3/base": Recipe(
        "torchscale.model.BEiT3:BEiT3",
        "image-text-to-text",
        (),
        {"args": _config("Encoder", multiway=True, img_size=224, patch_size=16, layernorm_embedding=False)},
        {"textual_tokens": _IDS, "visual_tokens": floats(1, 3, 224, 224)},
        family="beit3",
    ),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`; where the file only says encoder or decoder, the library is added."""
    return _RECIPES[name].build()
