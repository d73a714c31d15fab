"""super_image: super-resolution, each network at its paper's size (https://github.com/eugenesiow/super-image)."""

from __future__ import annotations

import super_image
import torch

from services.extractor.libraries.model import BuiltModel

# Name -> the class's, and whether it is published with balanced attention too.
_MODELS = {
    "a2n": ("A2n", False),
    "awsrn": ("Awsrn", True),
    "carn": ("Carn", True),
    "ddbpn": ("Ddbpn", False),
    "drln": ("Drln", True),
    "edsr": ("Edsr", False),
    "han": ("Han", False),
    "mdsr": ("Mdsr", True),
    "msrn": ("Msrn", True),
    "pan": ("Pan", True),
    "rcan": ("Rcan", True),
}
_SCALES = (2, 3, 4)
# Its abbreviation is another network's elsewhere.
_FAMILIES = {"pan": "pixel_attention_network"}


def names() -> list[str]:
    """Every network at every scale, with balanced attention where that is published: "msrn_bam/x2"."""
    shorts = [*_MODELS, *(f"{short}_bam" for short, (_, balanced) in _MODELS.items() if balanced)]
    # Back-projection is not defined at scale 3 here.
    return [f"{short}/x{scale}" for short in shorts for scale in _SCALES if (short, scale) != ("ddbpn", 3)]


def build(name: str) -> BuiltModel:
    """The network and scale `name` with one small image."""
    short, _, scale = name.partition("/x")
    plain = short.removesuffix("_bam")
    kind = _MODELS[plain][0]
    balanced = {"bam": True} if plain != short else {}
    configuration = getattr(super_image, f"{kind}Config")(scale=int(scale), **balanced)
    module = getattr(super_image, f"{kind}Model")(configuration)
    return BuiltModel(module, _FAMILIES.get(plain, plain), "image-to-image", args=(torch.empty(1, 3, 48, 48),))
