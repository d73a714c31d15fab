"""kornia: local features, matching, restoration of images (https://github.com/kornia/kornia).

All networks have the one size that the package builds by default.
"""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Recipe, floats

_FEATURES = "image-feature-extraction"
_PATCH = floats(1, 1, 32, 32)
_PHOTO = floats(1, 3, 256, 256)
_UNTRAINED: dict[str, Any] = {"pretrained": False}


def _of(path: str, task: str, *inputs: Any, family: str = "", **arguments: Any) -> Recipe:
    return Recipe(f"kornia.{path}", task, inputs, arguments, family=family)


_RECIPES = {
    "affnet": _of(
        "feature.affine_shape:LAFAffNetShapeEstimator",
        _FEATURES,
        floats(1, 1, 2, 3),
        floats(1, 1, 256, 256),
        family="affnet",
        **_UNTRAINED,
    ),
    "dedode": _of("feature.dedode.dedode:DeDoDe", "keypoint-detection", floats(1, 3, 224, 224), descriptor_model="B"),
    "defmo": _of("feature.defmo:DeFMO", "image-to-image", floats(1, 6, 240, 320), **_UNTRAINED),
    "dexined": _of("models.dexined:DexiNed", "image-segmentation", floats(1, 3, 320, 320), **_UNTRAINED),
    "disk": _of(
        "feature.disk._unets:Unet",
        "keypoint-detection",
        floats(1, 3, 256, 256),
        family="disk",
        in_features=3,
        size=5,
        down=[16, 32, 64, 64, 64],
        up=[64, 64, 64, 129],
    ),
    # The descriptor, not the classifier of the same name.
    "hardnet": _of("feature.hardnet:HardNet", _FEATURES, _PATCH, family="hardnet_descriptor", **_UNTRAINED),
    "hardnet8": _of("feature.hardnet:HardNet8", _FEATURES, _PATCH, family="hardnet_descriptor", **_UNTRAINED),
    "hynet": _of("feature.hynet:HyNet", _FEATURES, _PATCH, **_UNTRAINED),
    "keynet": _of("feature.keynet:KeyNet", "keypoint-detection", floats(1, 1, 256, 256), **_UNTRAINED),
    "kimi_vl": _of(
        "models.kimi_vl.model:KimiVLModel",
        _FEATURES,
        floats(1, 3, 392, 392),
        family="kimi_vl",
        config=_of("models.kimi_vl.config:KimiVLConfig", ""),
    ),
    **{
        f"mobile_vit/{mode}": _of(
            "models.vit_mobile:MobileViT", "image-classification", _PHOTO, family="mobilevit", mode=mode
        )
        for mode in ("xxs", "xs", "s")
    },
    "orinet": _of("feature.orientation:OriNet", _FEATURES, _PATCH, family="orinet", **_UNTRAINED),
    "qwen25_vision": _of(
        "models.qwen25.vision:Qwen25VisionTransformer", _FEATURES, floats(1, 3, 224, 224), family="qwen2_5_vl"
    ),
    **{
        f"small_sr/x{scale}": _of(
            "models.small_sr:SmallSRNet",
            "image-to-image",
            floats(1, 1, 224, 224),
            family="espcn",
            upscale_factor=scale,
            **_UNTRAINED,
        )
        for scale in (2, 3, 4)
    },
    "sosnet": _of("feature.sosnet:SOSNet", _FEATURES, _PATCH, **_UNTRAINED),
    "tfeat": _of("feature.tfeat:TFeat", _FEATURES, _PATCH, **_UNTRAINED),
    "xfeat": _of("feature.xfeat:XFeatModel", "keypoint-detection", floats(1, 3, 480, 640)),
    "yunet": _of(
        "models.yunet.model:YuNet",
        "object-detection",
        floats(1, 3, 320, 320),
        family="yunet",
        phase="test",
        **_UNTRAINED,
    ),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
