"""mmagic: OpenMMLab's networks that restore, change and make images and films (https://github.com/open-mmlab/mmagic)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from services.extractor.libraries import openmmlab_configurations as configurations
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.openmmlab_building import make

# Most are networks of diffusers, whose weights are loaded from the hub.
_LEFT_OUT = (
    "animatediff/",
    "controlnet",
    # It loads weights of its encoder from the web.
    "deblurganv2/",
    "diffusers_pipeline/",
    "dreambooth/",
    "fastcomposer/",
    # It makes an image from noises of all the scales that its training has found.
    "positional_encoding_in_gans/singan",
    "singan/",
    "stable_diffusion",
    "textual_inversion/",
    "vico/",
)

_ENTRIES = ("generator", "encdec", "backbone", "denoiser", "unet")
"""Where a configuration keeps the network that makes the image; discriminators are not captured."""


def names() -> list[str]:
    """Configurations of networks that the package itself defines."""
    return [name for name in configurations.names("mmagic") if not name.startswith(_LEFT_OUT)]


def build(name: str) -> BuiltModel:
    """The network of the configuration `name`; its family is the folder that defines it, one a publication."""
    model = configurations.read("mmagic", name).model
    entry = next(model[entry] for entry in _ENTRIES if entry in model)
    # A model tells these to its network.
    entry |= {key: model[key] for key in ("noise_size", "num_classes") if key in model and key not in entry}
    # Half precision is a matter of where it runs.
    entry |= {key: False for key in ("fp16_enabled", "use_fp16") if key in entry}
    network = make("mmagic", entry)
    path = type(network).__module__.split(".")
    family = path[3] if path[2] == "editors" else name.split("/")[0]
    task, inputs = _CALLS.get(entry.type, ("image-to-image", _image))
    return BuiltModel(network, family, task, args=inputs(entry, network))


def _image(entry: Any, network: nn.Module) -> tuple[Any, ...]:
    """One image of a size that the network states, else a small one."""
    channels = entry.get("in_channels", entry.get("inp_channels", entry.get("in_chans", 3)))
    side = entry.get(
        "in_size", entry.get("img_size", entry.get("image_size", 256 if "Generator" in entry.type else 64))
    )
    return (torch.empty(1, channels, side, side),)


def _film(frames: int) -> Callable[[Any, nn.Module], tuple[Any, ...]]:
    """Frames of a film, before it is enlarged."""

    def make_film(entry: Any, network: nn.Module) -> tuple[Any, ...]:
        side = 64 if entry.get("is_low_res_input", True) else 256
        return (torch.empty(1, frames, 3, side, side),)

    return make_film


def _masked_image(entry: Any, network: nn.Module) -> tuple[Any, ...]:
    """An image with the mask of what is to be filled."""
    return (torch.empty(1, 4, 256, 256),)


def _image_to_matte(entry: Any, network: nn.Module) -> tuple[Any, ...]:
    """An image and what is known of its matte, which may be in three channels."""
    return (torch.empty(1, entry.encoder.get("in_channels", 4), 512, 512),)


def _noise(entry: Any, network: Any) -> tuple[Any, ...]:
    """Noise of the network's size."""
    size: Any = getattr(network, "noise_size", None) or getattr(network, "style_channels", 512)
    return (torch.empty(1, size),)


def _noise_and_class(entry: Any, network: Any) -> tuple[Any, ...]:
    """Noise, and the number of a class where the network knows classes."""
    return (*_noise(entry, network), torch.zeros(1, dtype=torch.int64) if entry.get("num_classes") else None)


def _noise_count_class(entry: Any, network: Any) -> tuple[Any, ...]:
    """As `_noise_and_class`, with the number of images between them."""
    noise, label = _noise_and_class(entry, network)
    return noise, 1, label


def _noisy_image(entry: Any, network: nn.Module) -> tuple[Any, ...]:
    """A noisy image, its time, and the number of a class where the network knows classes."""
    label = torch.zeros(1, dtype=torch.int64) if entry.get("num_classes") else None
    return (*_image(entry, network), torch.ones(1, dtype=torch.int64), None, label)


def _image_and_places(entry: Any, network: nn.Module) -> tuple[Any, ...]:
    """An image, and the places and sizes of pixels to make."""
    return torch.empty(1, 3, 48, 48), torch.empty(1, 2304, 2), torch.empty(1, 2304, 2)


def _image_and_textures(entry: Any, network: nn.Module) -> tuple[Any, ...]:
    """An image, and textures of a reference in three scales with their weights."""
    textures = [torch.empty(1, 64 * scale, 160 // scale, 160 // scale) for scale in (4, 2, 1)]
    return torch.empty(1, 3, 40, 40), torch.empty(1, 1, 40, 40), textures


def _view(entry: Any, network: Any) -> tuple[Any, ...]:
    """Noise and a camera."""
    return torch.empty(1, network.noise_size), torch.empty(1, 25)


_MADE = "unconditional-image-generation"

_CALLS: dict[str, tuple[str, Callable[[Any, Any], tuple[Any, ...]]]] = {
    "AOTEncoderDecoder": ("image-to-image", _masked_image),
    "BasicVSRNet": ("video-to-video", _film(5)),
    "BasicVSRPlusPlusNet": ("video-to-video", _film(5)),
    "BigGANDeepGenerator": (_MADE, _noise_and_class),
    "BigGANGenerator": (_MADE, _noise_and_class),
    "CAINNet": ("video-to-video", _film(2)),
    "DCGANGenerator": (_MADE, _noise),
    "DICNet": ("image-to-image", lambda entry, network: (torch.empty(1, 3, 16, 16),)),
    "DeepFillEncoderDecoder": ("image-to-image", lambda entry, network: (torch.empty(1, 5, 256, 256),)),
    "DenoisingUnet": (_MADE, _noisy_image),
    "EDVRNet": ("video-to-video", _film(5)),
    "FLAVRNet": ("video-to-video", _film(4)),
    "GLEncoderDecoder": ("image-to-image", _masked_image),
    "IconVSRNet": ("video-to-video", _film(5)),
    "LIIFEDSRNet": ("image-to-image", _image_and_places),
    "LIIFRDNNet": ("image-to-image", _image_and_places),
    "LSGANGenerator": (_MADE, _noise),
    "MSStyleGANv2Generator": (_MADE, _noise),
    "PConvEncoderDecoder": (
        "image-to-image",
        lambda entry, network: (torch.empty(1, 3, 256, 256), torch.empty(1, 3, 256, 256)),
    ),
    "PGGANGenerator": (_MADE, _noise),
    "RealBasicVSRNet": ("video-to-video", _film(5)),
    "SAGANGenerator": (_MADE, _noise_count_class),
    "SNGANGenerator": (_MADE, _noise_count_class),
    "SimpleEncoderDecoder": ("image-segmentation", _image_to_matte),
    "StyleGANv1Generator": (_MADE, _noise),
    "StyleGANv2Generator": (_MADE, _noise),
    "StyleGANv3Generator": (_MADE, _noise),
    "TDANNet": ("video-to-video", _film(5)),
    "TOFlowVFINet": ("video-to-video", _film(2)),
    "TOFlowVSRNet": ("video-to-video", _film(7)),
    "TTSRNet": ("image-to-image", _image_and_textures),
    "TriplaneGenerator": (_MADE, _view),
    "WGANGPGenerator": (_MADE, _noise),
}
