"""speechbrain: recognition, enhancement, speakers and synthesis (https://speechbrain.github.io)."""

from __future__ import annotations

from typing import Any

from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Input, Recipe, floats, integers

stand_in("sentencepiece", "hyperpyyaml")

_HEARD, _SPOKEN, _SOUND = "automatic-speech-recognition", "text-to-speech", "audio-to-audio"
_SPEAKER = "audio-classification"
# Files that have the name of another lineage, or of none.
_FAMILIES = {"ResNet": "resnet_speaker", "dual_path": "sepformer", "segan_model": "segan"}
_MELS = (floats(1, 200, 80),)


def _recipe(path: str, task: str, inputs: tuple[Input, ...], **arguments: Any) -> Recipe:
    module, _, name = path.partition(":")
    return Recipe(
        f"speechbrain.lobes.models.{module}:{name}",
        task,
        inputs,
        arguments,
        family=_FAMILIES.get(module, module.split(".")[-1].lower()),
    )


_HIFIGAN = {
    "out_channels": 1,
    "resblock_type": "1",
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "resblock_kernel_sizes": [3, 7, 11],
    "upsample_kernel_sizes": [16, 16, 4, 4],
    "upsample_initial_channel": 512,
    "upsample_factors": [8, 8, 2, 2],
}

# Sizes are the classes' own defaults where they have such, else usual ones; a family is the file, in small letters.
_RECIPES = {
    "cnn14": _recipe("Cnn14:Cnn14", _SPEAKER, _MELS, mel_bins=80, emb_dim=256),
    "contextnet": _recipe("ContextNet:ContextNet", _HEARD, _MELS, input_shape=[1, 200, 80]),
    "crdnn": _recipe("CRDNN:CRDNN", _HEARD, _MELS, input_shape=[None, None, 80]),
    "dac": _recipe("discrete.dac:DAC", _SOUND, (floats(1, 1, 44_100),)),
    "diffwave": _recipe(
        "DiffWave:DiffWave",
        _SPOKEN,
        (floats(1, 1, 50 * 256), integers(1), floats(1, 80, 50)),
        input_channels=80,
        residual_layers=30,
        residual_channels=64,
        dilation_cycle_length=10,
        total_steps=50,
    ),
    "ecapa-tdnn": _recipe(
        "ECAPA_TDNN:ECAPA_TDNN", _SPEAKER, _MELS, input_size=80, channels=[1024, 1024, 1024, 1024, 3072]
    ),
    "enhance-resnet": _recipe("EnhanceResnet:EnhanceResnet", _SOUND, (floats(1, 16_000),)),
    "espnet-vgg": _recipe("ESPnetVGG:ESPnetVGG", _HEARD, _MELS, input_shape=[None, None, 80]),
    "hifigan": _recipe("HifiGAN:HifiganGenerator", _SPOKEN, (floats(1, 80, 50),), in_channels=80, **_HIFIGAN),
    "resnet-tdnn": _recipe("ResNet:ResNet", _SPEAKER, _MELS),
    "rnnlm": _recipe("RNNLM:RNNLM", "text-generation", (integers(1, 50),), output_neurons=1000, rnn_neurons=2048),
    "segan": _recipe(
        "segan_model:Generator", _SOUND, (floats(1, 16_384, 1),), kernel_size=31, latent_vae=False, z_prob=True
    ),
    "sepformer": _recipe("dual_path:SepformerWrapper", _SOUND, (floats(1, 16_000),)),
    "transformer-asr": _recipe(
        "transformer.TransformerASR:TransformerASR",
        _HEARD,
        (floats(1, 50, 640), integers(1, 20)),
        tgt_vocab=5000,
        input_size=640,
        num_encoder_layers=12,
    ),
    "transformer-asr-conformer": _recipe(
        "transformer.TransformerASR:TransformerASR",
        _HEARD,
        (floats(1, 50, 640), integers(1, 20)),
        tgt_vocab=5000,
        input_size=640,
        num_encoder_layers=12,
        encoder_module="conformer",
        normalize_before=True,
        attention_type="RelPosMHAXL",
    ),
    "transformer-lm": _recipe(
        "transformer.TransformerLM:TransformerLM", "text-generation", (integers(1, 50),), vocab=5000, d_embedding=128
    ),
    "w2v-latent-extractor": _recipe("wav2vec:W2VLatentExtractor", _HEARD, (floats(1, 16_000),)),
    "xvector": _recipe("Xvector:Xvector", _SPEAKER, (floats(1, 200, 24),), in_channels=24),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
