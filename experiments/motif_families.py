"""The families that motif quality is measured on, one model each.

The miner was tuned on DEVELOPMENT alone. HELD_OUT was written down before any of it was tuned on; some of its families
are relatives of those of DEVELOPMENT (CamemBERT is a RoBERTa, torchvision has its own ResNet), most are not.
"""

from __future__ import annotations

_DEVELOPMENT = """
timm/beit_base_patch16_224 timm/caformer_s18 timm/cait_s24_224 timm/coatnet_0_224 timm/convmixer_768_32
timm/convnext_tiny timm/crossvit_small_240 timm/cspdarknet53 timm/cspresnet50 timm/davit_tiny
timm/deit3_small_patch16_224 timm/densenet121 timm/dla34 timm/dpn68 timm/edgenext_small timm/efficientformer_l1
timm/efficientnet_b0 timm/efficientvit_b0 timm/eva02_base_patch16_clip_224 timm/fastvit_t8 timm/focalnet_tiny_srf
timm/ghostnet_100 timm/gmlp_s16_224 timm/hardcorenas_a timm/hrnet_w18 timm/inception_next_tiny timm/levit_128
timm/mixer_b16_224 timm/mnasnet_100 timm/mobilenetv2_100 timm/mobilenetv3_large_100 timm/mvitv2_tiny timm/nfnet_f0
timm/poolformer_s12 timm/pvt_v2_b1 timm/regnety_016 timm/repvgg_a2 timm/res2net50_26w_4s timm/resmlp_12_224
timm/resnet18 timm/resnet50 timm/resnetv2_50 timm/resnext50_32x4d timm/rexnet_100 timm/selecsls42 timm/sequencer2d_s
timm/seresnet50 timm/swin_tiny_patch4_window7_224 timm/swinv2_tiny_window8_256 timm/tnt_s_patch16_224
timm/twins_svt_small timm/visformer_small timm/vit_base_patch16_224 timm/vit_large_patch16_224 timm/volo_d1_224
timm/vovnet39a timm/xcit_small_12_p16_224 transformers/bart/BartModel transformers/bert/BertModel
transformers/bloom/BloomModel transformers/deberta-v2/DebertaV2Model transformers/distilbert/DistilBertModel
transformers/electra/ElectraModel transformers/falcon/FalconModel transformers/gemma/GemmaModel
transformers/gpt2/GPT2Model transformers/gpt_neox/GPTNeoXModel transformers/gptj/GPTJModel
transformers/llama/LlamaModel transformers/marian/MarianModel transformers/mistral/MistralModel
transformers/mpnet/MPNetModel transformers/opt/OPTModel transformers/phi/PhiModel transformers/qwen2/Qwen2Model
transformers/roberta/RobertaModel transformers/t5/T5Model
"""

_HELD_OUT = """
timm/bat_resnext26ts timm/botnet26t_256 timm/convit_small timm/darknet53 timm/eca_nfnet_l0 timm/ese_vovnet19b_dw
timm/fbnetc_100 timm/fbnetv3_b timm/gernet_s timm/halonet26t timm/hgnet_tiny timm/hiera_tiny_224
timm/inception_resnet_v2 timm/lambda_resnet26t timm/legacy_senet154 timm/mambaout_tiny timm/maxvit_tiny_tf_224
timm/mobilenetv4_conv_small timm/mobileone_s1 timm/mobilevit_s timm/nest_tiny timm/nextvit_small timm/pit_s_224
timm/pnasnet5large timm/resnest50d timm/resnet10t timm/skresnet18 timm/spnasnet_100 timm/starnet_s1 timm/swiftformer_s
timm/tiny_vit_5m_224 timm/tinynet_a timm/tresnet_m timm/wide_resnet50_2 timm/xception41 timm/xception65
torchvision/densenet161 torchvision/mobilenet_v2 torchvision/regnet_x_400mf torchvision/resnet50
torchvision/shufflenet_v2_x1_0 torchvision/swin_t torchvision/vit_b_16 transformers/albert/AlbertModel
transformers/big_bird/BigBirdModel transformers/biogpt/BioGptModel transformers/blenderbot/BlenderbotModel
transformers/camembert/CamembertModel transformers/codegen/CodeGenModel transformers/convbert/ConvBertModel
transformers/data2vec-text/Data2VecTextModel transformers/deit/DeiTModel transformers/ernie/ErnieModel
transformers/fnet/FNetModel transformers/gpt_neo/GPTNeoModel transformers/layoutlm/LayoutLMModel
transformers/longformer/LongformerModel transformers/mbart/MBartModel transformers/megatron-bert/MegatronBertModel
transformers/mobilebert/MobileBertModel transformers/mt5/MT5Model transformers/nystromformer/NystromformerModel
transformers/olmo/OlmoModel transformers/pegasus/PegasusModel transformers/segformer/SegformerModel
transformers/squeezebert/SqueezeBertModel transformers/starcoder2/Starcoder2Model transformers/swin/SwinModel
transformers/vit/ViTModel transformers/wav2vec2/Wav2Vec2Model transformers/whisper/WhisperModel
transformers/xglm/XGLMModel transformers/xlm-roberta/XLMRobertaModel transformers/xlnet/XLNetModel
"""

DEVELOPMENT = tuple(_DEVELOPMENT.split())
HELD_OUT = tuple(_HELD_OUT.split())
HALVES = {"development": DEVELOPMENT, "held-out": HELD_OUT}
