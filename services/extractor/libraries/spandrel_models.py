"""spandrel: networks that restore and enlarge images (https://github.com/chaiNNer-org/spandrel).

It reads sizes from weights; those here are of the papers' models. A network's folder names its family.
"""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Recipe, floats

_SMALL = (floats(1, 3, 64, 64),)
_LARGE = (floats(1, 3, 256, 256),)
_FACE = (floats(1, 3, 512, 512),)
_GRAY = (floats(1, 1, 64, 64),)


def _of(path: str, inputs: tuple[Any, ...] = _SMALL, **arguments: Any) -> Recipe:
    folder, _, rest = path.partition(".")
    return Recipe(
        f"spandrel.architectures.{folder}.__arch.{rest}", "image-to-image", inputs, arguments, family=folder.lower()
    )


_SIX: dict[str, Any] = {"depths": (6,) * 6, "num_heads": (6,) * 6}
_FOUR: dict[str, Any] = {"depths": (6,) * 4, "num_heads": (6,) * 4}
_X4: dict[str, Any] = {"upscale": 4, "upsampler": "pixelshuffle"}
_LIGHT: dict[str, Any] = {"upscale": 4, "upsampler": "pixelshuffledirect", "embed_dim": 60}
_DAT: dict[str, Any] = {"upscale": 4, "depth": [6] * 6, "num_heads": [6] * 6}
_HAT: dict[str, Any] = {"window_size": 16, "mlp_ratio": 2, **_X4}
_SWIN: dict[str, Any] = {"window_size": 8, "mlp_ratio": 2}
_GRL: dict[str, Any] = {"window_size": 32, "stripe_size": [64, 64], "stripe_shift": True, "mlp_ratio": 2, "upscale": 4}
_SIDD: dict[str, Any] = {"middle_blk_num": 12, "enc_blk_nums": [2, 2, 4, 8], "dec_blk_nums": [2, 2, 2, 2]}
_GOPRO: dict[str, Any] = {"middle_blk_num": 1, "enc_blk_nums": [1, 1, 1, 28], "dec_blk_nums": [1, 1, 1, 1]}
_RGT: dict[str, Any] = {"upscale": 4, "mlp_ratio": 2, "split_size": [8, 32]}
_SEEMORE: dict[str, Any] = {"num_experts": 3, "recursive": 2, "lr_space": "exp"}

_RECIPES = {
    "atd": _of("ATD.atd_arch:ATD", embed_dim=210, window_size=16, num_tokens=128, reducted_dim=20, **_SIX, **_X4),
    "atd/light": _of(
        "ATD.atd_arch:ATD",
        window_size=16,
        category_size=128,
        reducted_dim=8,
        depths=(6,) * 4,
        num_heads=(4,) * 4,
        **(_LIGHT | {"embed_dim": 48}),
    ),
    "compact/animevideo": _of("Compact.SRVGG:SRVGGNetCompact"),
    "compact/general": _of("Compact.SRVGG:SRVGGNetCompact", num_conv=32),
    "craft": _of("CRAFT.CRAFT:CRAFT"),
    "dat": _of("DAT.DAT:DAT", split_size=[8, 32], **_DAT),
    "dat/s": _of("DAT.DAT:DAT", split_size=[8, 16], expansion_factor=2.0, **_DAT),
    "dat/2": _of("DAT.DAT:DAT", split_size=[8, 32], expansion_factor=2.0, **_DAT),
    "dat/light": _of(
        "DAT.DAT:DAT",
        split_size=[8, 32],
        expansion_factor=2.0,
        depth=[18],
        num_heads=[6],
        resi_connection="3conv",
        **_LIGHT,
    ),
    "dctlsa": _of("DCTLSA.dctlsa:DCTLSA"),
    "ditn": _of("DITN.DITN_Real:DITN_Real"),
    "dncnn": _of("DnCNN.network_dncnn:DnCNN", _GRAY),
    "dncnn/color": _of("DnCNN.network_dncnn:DnCNN", in_nc=3, out_nc=3, nb=20, act_mode="R"),
    "drct": _of("DRCT.drct_arch:DRCT", **_SIX, **_X4),
    "drct/l": _of("DRCT.drct_arch:DRCT", depths=(6,) * 12, num_heads=(6,) * 12, **_X4),
    "drunet/color": _of("DRUNet.network_unet:DRUNet", (floats(1, 4, 64, 64),), in_nc=4, out_nc=3),
    "drunet/gray": _of("DRUNet.network_unet:DRUNet", (floats(1, 2, 64, 64),), in_nc=2, out_nc=1),
    "esrgan": _of("ESRGAN.RRDB:RRDBNet"),
    "esrgan/anime_6b": _of("ESRGAN.RRDB:RRDBNet", num_blocks=6),
    "fbcnn": _of("FBCNN.FBCNN:FBCNN"),
    "fbcnn/gray": _of("FBCNN.FBCNN:FBCNN", _GRAY, in_nc=1, out_nc=1),
    "fdat": _of("FDAT.fdat:FDAT"),
    "fftformer": _of("FFTformer.fftformer_arch:FFTformer", _LARGE),
    "gfpgan": _of("GFPGAN.gfpganv1_clean_arch:GFPGANv1Clean", _FACE),
    "grl/tiny": _of(
        "GRL.grl:GRL",
        embed_dim=64,
        depths=[4] * 4,
        num_heads_window=[2] * 4,
        num_heads_stripe=[2] * 4,
        upsampler="pixelshuffledirect",
        **_GRL,
    ),
    "grl/small": _of(
        "GRL.grl:GRL",
        embed_dim=128,
        depths=[4] * 4,
        num_heads_window=[2] * 4,
        num_heads_stripe=[2] * 4,
        upsampler="pixelshuffle",
        **_GRL,
    ),
    "grl/base": _of(
        "GRL.grl:GRL",
        embed_dim=180,
        depths=[4, 4, 8, 8, 8, 4, 4],
        num_heads_window=[3] * 7,
        num_heads_stripe=[3] * 7,
        upsampler="pixelshuffle",
        local_connection=True,
        **_GRL,
    ),
    "hat": _of("HAT.HAT:HAT", embed_dim=180, **_SIX, **_HAT),
    "hat/s": _of("HAT.HAT:HAT", embed_dim=144, compress_ratio=24, squeeze_factor=24, **_SIX, **_HAT),
    "hat/l": _of("HAT.HAT:HAT", embed_dim=180, depths=(6,) * 12, num_heads=(6,) * 12, **_HAT),
    "hvicidnet": _of("HVICIDNet.cidnet:CIDNet", _LARGE),
    "ipt": _of("IPT.ipt:IPT", (floats(1, 3, 48, 48),), scale=[2]),
    "kbnet/l": _of("KBNet.kbnet_l:KBNet_l"),
    "kbnet/s": _of("KBNet.kbnet_s:KBNet_s"),
    "lama": _of("LaMa.LaMa:LaMa", (floats(1, 3, 256, 256), floats(1, 1, 256, 256)), in_nc=4),
    **{
        f"mixdehazenet/{size}": _of(
            "MixDehazeNet.MixDehazeNet:MixDehazeNet", _LARGE, depths=[times, times, 2 * times, times, times]
        )
        for size, times in (("t", 1), ("s", 2), ("b", 4), ("l", 8))
    },
    "mmrealsr": _of("MMRealSR.mmrealsr_arch:MMRRDBNet_test", num_in_ch=3, num_out_ch=3),
    "moesr": _of("MoESR.MoESR:MoESR"),
    "mosr": _of("MoSR.mosr_arch:MoSR"),
    **{
        f"nafnet/{data}_{width}": _of("NAFNet.NAFNet_arch:NAFNet", width=width, **blocks)
        for data, blocks in (("sidd", _SIDD), ("gopro", _GOPRO))
        for width in (32, 64)
    },
    "omnisr": _of("OmniSR.OmniSR:OmniSR", block_num=1, res_num=5),
    "plksr": _of("PLKSR.PLKSR:PLKSR", ccm_type="DCCM"),
    "plksr/real": _of("PLKSR.RealPLKSR:RealPLKSR"),
    "rcan": _of("RCAN.rcan_arch:RCAN"),
    **{f"realcugan/{kind}": _of(f"RealCUGAN.upcunet_v3:UpCunet{kind}") for kind in ("2x", "3x", "4x", "2x_fast")},
    "restoreformer": _of("RestoreFormer.restoreformer_arch:RestoreFormer", _FACE),
    "retinexformer": _of("RetinexFormer.retinexformer_arch:RetinexFormer", _LARGE, stage=1, num_blocks=[1, 2, 2]),
    "rgt": _of("RGT.rgt:RGT", depth=[6] * 8, num_heads=[6] * 8, **_RGT),
    "rgt/s": _of("RGT.rgt:RGT", depth=[6] * 6, num_heads=[6] * 6, **_RGT),
    "safmn": _of("SAFMN.safmn:SAFMN", dim=36),
    "safmn/l": _of("SAFMN.safmn:SAFMN", dim=128, n_blocks=16),
    "scunet": _of("SCUNet.SCUNet:SCUNet", _LARGE),
    "seemore/t": _of("SeemoRe.seemore_arch:SeemoRe", embedding_dim=36, **_SEEMORE),
    "seemore/l": _of("SeemoRe.seemore_arch:SeemoRe", embedding_dim=48, num_layers=16, **_SEEMORE),
    "span": _of("SPAN.span:SPAN", num_in_ch=3, num_out_ch=3),
    "swiftsrgan": _of("SwiftSRGAN.SwiftSRGAN:Generator"),
    "swin2sr": _of("Swin2SR.Swin2SR:Swin2SR", embed_dim=180, **_SIX, **_X4, **_SWIN),
    "swinir/classical": _of("SwinIR.SwinIR:SwinIR", embed_dim=180, **_SIX, **_X4, **_SWIN),
    "swinir/light": _of("SwinIR.SwinIR:SwinIR", **_FOUR, **_LIGHT, **_SWIN),
    "swinir/denoise": _of("SwinIR.SwinIR:SwinIR", embed_dim=180, **_SIX, **_SWIN),
    "swinir/real_l": _of(
        "SwinIR.SwinIR:SwinIR",
        embed_dim=240,
        depths=(6,) * 9,
        num_heads=(8,) * 9,
        upscale=4,
        upsampler="nearest+conv",
        resi_connection="3conv",
        **_SWIN,
    ),
    "uformer/t": _of("Uformer.Uformer:Uformer", (floats(1, 3, 128, 128),), img_size=128, embed_dim=16),
    "uformer/s": _of("Uformer.Uformer:Uformer", (floats(1, 3, 128, 128),), img_size=128),
    "uformer/b": _of(
        "Uformer.Uformer:Uformer",
        (floats(1, 3, 128, 128),),
        img_size=128,
        depths=[1, 2, 8, 8, 2, 8, 8, 2, 1],
        modulator=True,
    ),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
