"""Recipes of vit_pytorch's models that go on at a coarser resolution from stage to stage."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.recipe import Recipe, floats
from services.extractor.libraries.vit_pytorch_recipes import CCT, CLASSES, IMAGE

_SMALL_IMAGE = (floats(1, 3, 224, 224),)


def _staged(path: str, inputs: tuple[Any, ...] = _SMALL_IMAGE, **arguments: Any) -> Recipe:
    return Recipe(f"vit_pytorch.{path}", CLASSES, inputs, {"num_classes": 1000} | arguments)


_JET: dict[str, Any] = {"image_size": 224, "patch_size": 16, "dim": 512, "depth": 6, "heads": 8, "mlp_dim": 3072}
_MAX: dict[str, Any] = {"dim_conv_stem": 64, "dim": 96, "depth": (2, 2, 5, 2)}
_MOBILE = (
    ("mobile_vit_xxs", [64, 80, 96], [16, 16, 24, 24, 48, 48, 64, 64, 80, 80, 320]),
    ("mobile_vit_xs", [96, 120, 144], [16, 32, 48, 48, 64, 64, 80, 80, 96, 96, 384]),
    ("mobile_vit_s", [144, 192, 240], [16, 32, 64, 64, 96, 96, 128, 128, 160, 160, 640]),
)

STAGED = {
    "cct": _staged("cct:CCT", embedding_dim=384, n_conv_layers=2, num_layers=14, num_heads=6, mlp_ratio=3.0, **CCT),
    "cct_2": _staged("cct:cct_2", n_conv_layers=1, **CCT),
    "cct_7": _staged("cct:cct_7", n_conv_layers=1, **CCT),
    "cct_14": _staged("cct:cct_14", n_conv_layers=1, **CCT),
    "cct_16": _staged("cct:cct_16", n_conv_layers=1, **CCT),
    "cross_vit": _staged(
        "cross_vit:CrossViT",
        IMAGE,
        image_size=256,
        depth=4,
        sm_dim=192,
        sm_patch_size=16,
        sm_enc_depth=2,
        lg_dim=384,
        lg_patch_size=64,
        lg_enc_depth=3,
    ),
    "crossformer": _staged("crossformer:CrossFormer"),
    "cvt": _staged("cvt:CvT", s3_heads=4),
    "jet_vit": _staged("jet_vit:JetViT", attn_layers=["LA", "LA", "WA", "FA", "LA", "FA"], **_JET),
    "levit": _staged("levit:LeViT", image_size=224, dim=(256, 384, 512), depth=4, heads=(4, 6, 8), mlp_mult=2),
    "look_vit": _staged(
        "look_vit:LookViT",
        IMAGE,
        image_size=256,
        dim=512,
        depth=2,
        patch_size=32,
        highres_patch_size=8,
        highres_mlp_factor=2,
    ),
    "max_vit": _staged("max_vit:MaxViT", **_MAX),
    "max_vit_with_registers": _staged("max_vit_with_registers:MaxViT", **_MAX),
    "nest": _staged(
        "nest:NesT", image_size=224, patch_size=4, dim=96, heads=3, num_hierarchies=3, block_repeats=(2, 2, 8)
    ),
    "pit": _staged("pit:PiT", image_size=224, patch_size=14, dim=256, depth=(3, 3, 3), heads=16, mlp_dim=2048),
    "regionvit": _staged("regionvit:RegionViT"),
    "scalable_vit": _staged(
        "scalable_vit:ScalableViT",
        IMAGE,
        dim=64,
        heads=(2, 4, 8, 16),
        depth=(2, 2, 20, 2),
        ssa_dim_key=(40, 40, 40, 32),
        reduction_factor=(8, 4, 2, 1),
        window_size=(64, 32, None, None),
    ),
    "sep_vit": _staged("sep_vit:SepViT", dim=32, dim_head=32, heads=(1, 2, 4, 8), depth=(1, 2, 6, 2)),
    "t2t": _staged("t2t:T2TViT", image_size=224, dim=512, depth=5, heads=8, mlp_dim=512),
    "twins_svt": _staged("twins_svt:TwinsSVT"),
    **{
        name: _staged("mobile_vit:MobileViT", IMAGE, image_size=(256, 256), dims=dims, channels=channels)
        for name, dims, channels in _MOBILE
    },
}
