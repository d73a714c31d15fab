"""espnet: speech recognition, enhancement, speakers and synthesis (https://github.com/espnet/espnet)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from services.extractor.libraries.absent import stand_in
from services.extractor.libraries.model import BuiltModel
from services.extractor.libraries.recipe import Input, Recipe, floats, integers

stand_in("jamo", "pyworld", "pypinyin", "g2p_en", "ci_sdr", "fast_bss_eval", "nltk", "jaconv", "lightning")

_HEARD, _SPOKEN, _SOUND = "automatic-speech-recognition", "text-to-speech", "audio-to-audio"
_SPEAKER = "audio-classification"
_FRAMES, _MELS, _BINS = 200, 80, 257


def _lengths(*lengths: int) -> Input:
    """How long each sequence is, as numbers that the code can read."""

    def make() -> Tensor:
        return torch.tensor(lengths, device="cpu")

    return make


def _complex(*shape: int) -> Input:
    def make() -> Tensor:
        return torch.empty(*shape, dtype=torch.complex64)

    return make


_FEATURES = (floats(1, _FRAMES, _MELS), _lengths(_FRAMES))
_TEXT = (floats(1, 50, 256), _lengths(50), integers(1, 20), _lengths(20))
_SPECTRUM = (_complex(1, _FRAMES, _BINS), _lengths(_FRAMES))
_CODED = (floats(1, 800, 64), _lengths(800))
_WAVE = (floats(1, 16_000), _lengths(16_000))
_WAVE_OF_ONE = (floats(1, 16_000, 1), _lengths(16_000))


def _asr(module: str, name: str, family: str = "", **arguments: Any) -> Recipe:
    return Recipe(
        f"espnet2.asr.encoder.{module}:{name}", _HEARD, _FEATURES, {"input_size": _MELS, **arguments}, family=family
    )


def _decoder(module: str, name: str, family: str = "", **arguments: Any) -> Recipe:
    sizes = {"vocab_size": 5000, "encoder_output_size": 256, **arguments}
    return Recipe(f"espnet2.asr.decoder.{module}:{name}", _HEARD, _TEXT, sizes, family=family)


def _separator(module: str, name: str, inputs: tuple[Input, ...], family: str = "", **arguments: Any) -> Recipe:
    return Recipe(f"espnet2.enh.separator.{module}:{name}", _SOUND, inputs, arguments, family=family)


def _enhancer(module: str, name: str, inputs: tuple[Input, ...], **arguments: Any) -> Recipe:
    return Recipe(f"espnet2.enh.layers.{module}:{name}", _SOUND, inputs, arguments)


def _speaker(module: str, name: str, family: str = "", **arguments: Any) -> Recipe:
    inputs = (floats(1, _FRAMES, _MELS),)
    return Recipe(
        f"espnet2.spk.encoder.{module}:{name}", _SPEAKER, inputs, {"input_size": _MELS, **arguments}, family=family
    )


def _tts(path: str, inputs: tuple[Input, ...], family: str = "", **arguments: Any) -> Recipe:
    return Recipe(f"espnet2.{path}", _SPOKEN, inputs, arguments, family=family)


def _text_to_mel(**others: Input) -> Mapping[str, Input]:
    return {
        "text": integers(1, 50),
        "text_lengths": _lengths(50),
        "feats": floats(1, _FRAMES, _MELS),
        "feats_lengths": _lengths(_FRAMES),
        **others,
    }


_MACARON: dict[str, Any] = {
    "num_blocks": 12,
    "macaron_style": True,
    "use_cnn_module": True,
    "cnn_module_kernel": 31,
    "rel_pos_type": "latest",
}

# Sizes are the classes' own defaults where they have such; the others are usual ones, not read from its recipes.
_RECIPES = {
    "asr/branchformer": _asr("branchformer_encoder", "BranchformerEncoder"),
    "asr/branchformer-large": _asr(
        "branchformer_encoder",
        "BranchformerEncoder",
        output_size=512,
        attention_heads=8,
        cgmlp_linear_units=3072,
        num_blocks=18,
    ),
    "asr/conformer": _asr("conformer_encoder", "ConformerEncoder", **_MACARON),
    "asr/conformer-large": _asr(
        "conformer_encoder", "ConformerEncoder", **_MACARON, output_size=512, attention_heads=8
    ),
    "asr/contextual-block-conformer": _asr(
        "contextual_block_conformer_encoder",
        "ContextualBlockConformerEncoder",
        num_blocks=12,
        macaron_style=True,
        block_size=40,
        hop_size=16,
        look_ahead=16,
    ),
    "asr/contextual-block-transformer": _asr(
        "contextual_block_transformer_encoder", "ContextualBlockTransformerEncoder", num_blocks=12
    ),
    "asr/e-branchformer": _asr("e_branchformer_encoder", "EBranchformerEncoder", use_ffn=True, macaron_ffn=True),
    "asr/e-branchformer-large": _asr(
        "e_branchformer_encoder",
        "EBranchformerEncoder",
        output_size=512,
        attention_heads=8,
        cgmlp_linear_units=3072,
        num_blocks=17,
        use_ffn=True,
        macaron_ffn=True,
        linear_units=1024,
        merge_conv_kernel=31,
    ),
    "asr/e-branchformer-ctc": _asr(
        "e_branchformer_ctc_encoder", "EBranchformerCTCEncoder", use_ffn=True, macaron_ffn=True
    ),
    "asr/linear": _asr("linear_encoder", "LinearEncoder"),
    "asr/multiconvformer": _asr(
        "multiconvformer_encoder", "MultiConvConformerEncoder", num_blocks=12, macaron_style=True, use_cnn_module=True
    ),
    "asr/rnn": _asr("rnn_encoder", "RNNEncoder"),
    "asr/transformer": _asr("transformer_encoder", "TransformerEncoder", num_blocks=12),
    "asr/transformer-multispeaker": _asr(
        "transformer_encoder_multispkr", "TransformerEncoder", num_blocks=12, num_blocks_sd=6, num_inf=2
    ),
    "asr/vgg-rnn": _asr("vgg_rnn_encoder", "VGGRNNEncoder"),
    "decoder/dynamic-conv": _decoder(
        "transformer_decoder", "DynamicConvolutionTransformerDecoder", "dynamic_convolution"
    ),
    "decoder/dynamic-conv2d": _decoder(
        "transformer_decoder", "DynamicConvolution2DTransformerDecoder", "dynamic_convolution"
    ),
    "decoder/light-conv": _decoder(
        "transformer_decoder", "LightweightConvolutionTransformerDecoder", "dynamic_convolution"
    ),
    "decoder/light-conv2d": _decoder(
        "transformer_decoder", "LightweightConvolution2DTransformerDecoder", "dynamic_convolution"
    ),
    "decoder/mlm": _decoder("mlm_decoder", "MLMDecoder"),
    "decoder/rnn": _decoder("rnn_decoder", "RNNDecoder"),
    "decoder/transformer": _decoder("transformer_decoder", "TransformerDecoder"),
    "decoder/transducer": Recipe(
        "espnet2.asr.decoder.transducer_decoder:TransducerDecoder", _HEARD, (integers(1, 20),), {"vocab_size": 5000}
    ),
    "enh/bsrnn": _separator("bsrnn_separator", "BSRNNSeparator", (_complex(1, 100, 481), _lengths(100)), input_dim=481),
    "enh/conformer": _separator("conformer_separator", "ConformerSeparator", _SPECTRUM, input_dim=_BINS),
    "enh/dan": _separator("dan_separator", "DANSeparator", _SPECTRUM, input_dim=_BINS),
    "enh/dc-crn": _separator(
        "dc_crn_separator", "DC_CRNSeparator", (_complex(1, 100, 161), _lengths(100)), input_dim=161
    ),
    "enh/dccrn": _separator("dccrn_separator", "DCCRNSeparator", _SPECTRUM, input_dim=_BINS),
    "enh/dcunet": _enhancer("dcunet", "DCUNet", (_complex(1, 2, 257, 257), floats(1))),
    "enh/dpcl": _separator("dpcl_separator", "DPCLSeparator", _SPECTRUM, input_dim=_BINS),
    "enh/dpcl-e2e": _separator("dpcl_e2e_separator", "DPCLE2ESeparator", _SPECTRUM, input_dim=_BINS),
    "enh/dprnn": _separator("dprnn_separator", "DPRNNSeparator", _CODED, input_dim=64, layer=6, unit=128),
    "enh/dptnet": _separator("dptnet_separator", "DPTNetSeparator", _CODED, input_dim=64),
    "enh/fasnet": _separator(
        "fasnet_separator",
        "FaSNetSeparator",
        (floats(1, 16_000, 4), _lengths(16_000)),
        "fasnet",
        input_dim=1,
        enc_dim=64,
        feature_dim=64,
        hidden_dim=128,
        layer=6,
        segment_size=24,
        num_spk=2,
        win_len=16,
        context_len=16,
        fasnet_type="fasnet",
    ),
    "enh/ifasnet": _separator(
        "fasnet_separator",
        "FaSNetSeparator",
        (floats(1, 16_000, 4), _lengths(16_000)),
        "fasnet",
        input_dim=1,
        enc_dim=64,
        feature_dim=64,
        hidden_dim=128,
        layer=6,
        segment_size=24,
        num_spk=2,
        win_len=16,
        context_len=16,
        fasnet_type="ifasnet",
    ),
    "enh/ineube": _separator("ineube_separator", "iNeuBe", _WAVE_OF_ONE),
    "enh/ncsnpp": _enhancer("ncsnpp", "NCSNpp", (_complex(1, 2, 256, 256), floats(1))),
    "enh/neural-beamformer": _separator(
        "neural_beamformer", "NeuralBeamformer", (_complex(1, 100, 2, _BINS), _lengths(100)), input_dim=_BINS
    ),
    "enh/rnn": _separator("rnn_separator", "RNNSeparator", _SPECTRUM, input_dim=_BINS),
    "enh/skim": _separator("skim_separator", "SkiMSeparator", _CODED, input_dim=64, causal=False, segment_size=50),
    "enh/svoice": _separator(
        "svoice_separator",
        "SVoiceSeparator",
        (floats(1, 8000), _lengths(8000)),
        input_dim=1,
        enc_dim=128,
        kernel_size=8,
        hidden_size=128,
        num_layers=6,
    ),
    "enh/tcn": _separator("tcn_separator", "TCNSeparator", _CODED, input_dim=64),
    "enh/tcn-dense-unet": _enhancer("tcndenseunet", "TCNDenseUNet", (_complex(1, 100, 1, _BINS),), activation="elu"),
    "enh/td-speakerbeam": Recipe(
        "espnet2.enh.extractor.td_speakerbeam_extractor:TDSpeakerBeamExtractor",
        _SOUND,
        (*_CODED, floats(1, 800, 64), _lengths(800)),
        {"input_dim": 64},
    ),
    "enh/tfgridnet": _separator("tfgridnet_separator", "TFGridNet", _WAVE, input_dim=65),
    "enh/tfgridnet-v2": _separator("tfgridnetv2_separator", "TFGridNetV2", _WAVE, input_dim=65),
    "enh/tfgridnet-v3": _separator(
        "tfgridnetv3_separator", "TFGridNetV3", (_complex(1, 100, 65), _lengths(100)), input_dim=65
    ),
    "enh/transformer": _separator("transformer_separator", "TransformerSeparator", _SPECTRUM, input_dim=_BINS),
    "enh/uses": _separator("uses_separator", "USESSeparator", (_complex(1, 64, 2, 129), _lengths(64)), input_dim=129),
    "enh/uses2-comp": _separator(
        "uses2_separator", "USES2Separator", (_complex(1, 130, 2, 129), _lengths(130)), input_dim=129, tf_mode="comp"
    ),
    "enh/uses2-swin": _separator(
        "uses2_separator",
        "USES2Separator",
        (_complex(1, 130, 2, 129), _lengths(130)),
        input_dim=129,
        tf_mode="swin",
        num_blocks=3,
        input_resolution=(130, 256),
    ),
    "spk/ecapa-tdnn": _speaker("ecapa_tdnn_encoder", "EcapaTdnnEncoder"),
    "spk/mfa-conformer": _speaker(
        "conformer_encoder", "MfaConformerEncoder", "mfa_conformer", **_MACARON | {"num_blocks": 6}
    ),
    "spk/rawnet3": Recipe(
        "espnet2.spk.encoder.rawnet3_encoder:RawNet3Encoder",
        _SPEAKER,
        (floats(1, _FRAMES, 256),),
        {"input_size": 256},
    ),
    "spk/resnet34": _speaker("resnet_encoder", "ResNetEncoder", "resnet_speaker", resnet_type="resnet34"),
    "spk/resnet18": _speaker("resnet_encoder", "ResNetEncoder", "resnet_speaker"),
    "spk/ska-tdnn": _speaker("ska_tdnn_encoder", "SkaTdnnEncoder"),
    "spk/xvector": _speaker("xvector_encoder", "XvectorEncoder", ndim=512),
    "tts/hifigan": _tts("gan_tts.hifigan.hifigan:HiFiGANGenerator", (floats(1, _MELS, 50),)),
    "tts/melgan": _tts("gan_tts.melgan.melgan:MelGANGenerator", (floats(1, _MELS, 50),)),
    "tts/parallel-wavegan": _tts(
        "gan_tts.parallel_wavegan.parallel_wavegan:ParallelWaveGANGenerator",
        (floats(1, _MELS, 54), floats(1, 1, 50 * 256)),
    ),
    "tts/style-melgan": _tts(
        "gan_tts.style_melgan.style_melgan:StyleMelGANGenerator", (floats(1, _MELS, 88), floats(1, 128, 1))
    ),
    "tts/wavenet": _tts(
        "gan_tts.wavenet.wavenet:WaveNet",
        (floats(1, 1, 8000),),
        use_first_conv=True,
        use_last_conv=True,
    ),
}


def names() -> list[str]:
    """All recipes."""
    return list(_RECIPES)


def build(name: str) -> BuiltModel:
    """The recipe `name`."""
    return _RECIPES[name].build()
