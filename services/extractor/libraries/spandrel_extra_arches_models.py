"""spandrel_extra_arches: more networks for spandrel (https://github.com/chaiNNer-org/spandrel).

Sizes are those of the papers' models. A network's folder names its family.
"""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Recipe, floats

_LARGE = (floats(1, 3, 256, 256),)
_MASKED_FACE = (floats(1, 3, 512, 512), floats(1, 1, 512, 512))


def _of(path: str, inputs: tuple[Any, ...] = _LARGE, **arguments: Any) -> Recipe:
    folder, _, rest = path.partition(".")
    return Recipe(
        f"spandrel_extra_arches.architectures.{folder}.__arch.{rest}",
        "image-to-image",
        inputs,
        arguments,
        family=folder.lower(),
    )


_SRFORMER: dict[str, Any] = {"upscale": 4, "mlp_ratio": 2}

_RECIPES = {
    "codeformer": _of("CodeFormer.codeformer:CodeFormer", (floats(1, 3, 512, 512),)),
    "ddcolor": _of("DDColor.ddcolor:DDColor"),
    "ddcolor/tiny": _of("DDColor.ddcolor:DDColor", encoder_name="convnext-t"),
    "femasr": _of("FeMaSR.femasr:FeMaSRNet", LQ_stage=True, scale_factor=4),
    "m3snet/32": _of("M3SNet.M3SNet:M3SNet"),
    "m3snet/64": _of("M3SNet.M3SNet:M3SNet", width=64),
    "mat": _of("MAT.MAT:MAT", _MASKED_FACE),
    "mirnet2": _of("MIRNet2.mirnet_v2_arch:MIRNet_v2"),
    "mprnet/deraining": _of("MPRNet.MPRNet:MPRNet"),
    "mprnet/deblurring": _of("MPRNet.MPRNet:MPRNet", n_feat=96, scale_unetfeats=48, scale_orsnetfeats=32),
    "mprnet/denoising": _of("MPRNet.MPRNet:MPRNet", n_feat=80, scale_unetfeats=48, scale_orsnetfeats=32),
    "restormer": _of("Restormer.restormer_arch:Restormer"),
    "restormer/denoising": _of("Restormer.restormer_arch:Restormer", LayerNorm_type="BiasFree"),
    "srformer": _of(
        "SRFormer.SRFormer:SRFormer",
        (floats(1, 3, 48, 48),),
        embed_dim=180,
        depths=(6,) * 6,
        num_heads=(6,) * 6,
        window_size=24,
        upsampler="pixelshuffle",
        **_SRFORMER,
    ),
    "srformer/light": _of(
        "SRFormer.SRFormer:SRFormer",
        (floats(1, 3, 64, 64),),
        embed_dim=60,
        depths=(6,) * 4,
        num_heads=(6,) * 4,
        window_size=16,
        upsampler="pixelshuffledirect",
        **_SRFORMER,
    ),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
