"""segmentation_models_pytorch: decoders on encoders (https://github.com/qubvel-org/segmentation_models.pytorch)."""

from __future__ import annotations

import segmentation_models_pytorch as smp
import torch

from services.extractor.libraries.model import BuiltModel

_SIDE = 256
# Networks of timm that are made for one size of image, which is not _SIDE.
_SIDES = dict.fromkeys(("efficientformer_l1", "efficientformerv2_s1", "gcvit_tiny"), 224)

# The package takes any network of timm as "tu-NAME". These are of lineages that its own list lacks, each at the size
# that its paper calls small or that timm tests with.
_TIMM = (
    *("botnet26t_256", "caformer_s18", "coatnet_nano_rw_224", "convformer_s18", "convnext_tiny", "convnextv2_nano"),
    *("cpubone_b1_bfrobust", "cs3darknet_m", "cspdarknet53", "cspnext_s", "cspresnet50", "davit_tiny", "dla34"),
    *("dla60_res2net", "dm_nfnet_f0", "eca_nfnet_l0", "ecaresnet50t", "edgenext_small", "efficientformer_l1"),
    *("efficientformerv2_s1", "efficientnetv2_rw_t", "efficientvit_b1", "efficientvit_l1", "ese_vovnet19b_dw"),
    *("ese_vovnet39b", "fasternet_t1", "fastvit_sa24", "fastvit_t12", "fbnetc_100", "fbnetv3_b", "focalnet_tiny_srf"),
    *("gcresnet33ts", "gcvit_tiny", "ghostnet_100", "ghostnetv2_100", "ghostnetv3_100", "halonet26t", "hardcorenas_c"),
    *("hgnet_tiny", "hgnetv2_b2", "hiera_small_abswin_256", "hrnet_w18", "hrnet_w18_small_v2", "iformer_s"),
    *("inception_next_tiny", "lambda_resnet26t", "lcnet_100", "lcnetv2_base", "lowformer_b1", "mambaout_tiny"),
    *("maxvit_nano_rw_256", "maxxvit_rmlp_nano_rw_256", "mixnet_m", "mnasnet_100", "mobilenet_edgetpu_v2_m"),
    *("mobilenetv4_conv_medium", "mobilenetv4_hybrid_medium", "mobilenetv5_300m", "mobilevit_s", "mobilevitv2_100"),
    *("mvitv2_tiny", "nextvit_small", "nf_resnet50", "poolformer_s12", "poolformerv2_s12", "pvt_v2_b2"),
    *("pvt_v2_b2_li", "rdnet_tiny", "regnetz_b16", "repghostnet_100", "repvgg_a2", "repvit_m1_0", "resnetrs50"),
    *("resnetv2_50", "rexnet_100", "rexnetr_200", "sam2_hiera_tiny", "sebotnet33ts_256", "selecsls60"),
    *("semnasnet_100", "spnasnet_100", "starnet_s2", "swiftformer_s", "swin_tiny_patch4_window7_224"),
    *("swinv2_cr_small_ns_256", "swinv2_tiny_window8_256", "tiny_vit_21m_224", "tinynet_a", "tresnet_m"),
    *("twins_pcpvt_small", "twins_svt_small", "xception41"),
)
# The decoder of dense prediction transformers reads encoders of one resolution alone.
_PLAIN = (
    *("beit_base_patch16_224", "beitv2_base_patch16_224", "deit3_base_patch16_224", "deit_base_distilled_patch16_224"),
    *("deit_base_patch16_224", "mixer_b16_224", "resmlp_24_224", "samvit_base_patch16_224", "tnt_s_patch16_224"),
    *("vit_base_patch16_224", "vit_base_patch16_clip_224", "vit_base_patch16_dinov3", "vit_base_patch16_siglip_224"),
    *("vit_base_r50_s16_224", "vit_large_patch16_224", "vit_relpos_base_patch16_224", "vit_small_patch16_224"),
    *("vit_srelpos_small_patch16_224", "vit_tiny_patch16_224", "volo_d1_224"),
)


def names() -> list[str]:
    """Every decoder on every encoder of the package's own list and on some of timm: "Unet/resnet34"."""
    decoders = sorted({model.__name__ for model in smp.MODEL_ARCHITECTURES_MAPPING.values()})
    own: list[str] = smp.encoders.get_encoder_names()
    encoders = [*own, *(f"tu-{encoder}" for encoder in _TIMM)]
    pairs = [f"{decoder}/{encoder}" for decoder in decoders if decoder != "DPT" for encoder in encoders]
    return [*pairs, *(f"DPT/tu-{encoder}" for encoder in _PLAIN)]


def build(name: str) -> BuiltModel:
    """The pair `name` with one image."""
    decoder, _, encoder = name.partition("/")
    module = smp.MODEL_ARCHITECTURES_MAPPING[decoder.lower()](encoder_name=encoder, encoder_weights=None)
    # A decoder is a folder of two files, `model` and `decoder`; the folder names it.
    family = type(module).__module__.split(".")[-2]
    side = 224 if encoder.endswith("_224") else _SIDES.get(encoder.removeprefix("tu-"), _SIDE)
    return BuiltModel(module, family, "semantic-segmentation", args=(torch.empty(1, 3, side, side),))
