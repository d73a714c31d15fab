"""One family, one name: where libraries define the same lineage in modules of different names.

A family is the module that defines a model, because that is what its authors kept together; it never comes from the
model's own name. The table joins modules of different libraries whose models are of one publication, and lists nothing
else: variants that a library keeps in a module of their own stay apart.
"""

from __future__ import annotations

_JOINED = {
    "asteroid/dprnn_tasnet": "dprnn",
    "espnet/conformer_encoder": "conformer",
    "espnet/dprnn_separator": "dprnn",
    "espnet/dptnet_separator": "dptnet",
    "espnet/tcn_separator": "conv_tasnet",
    "keras/efficientnet_v2": "efficientnet",
    "keras/mobilenet_v2": "mobilenetv2",
    "keras/mobilenet_v3": "mobilenetv3",
    "keras/resnet_v2": "resnetv2",
    "keras/vgg16": "vgg",
    "keras/vgg19": "vgg",
    "braindecode/tsinception": "tsception",
    # A network for tables, which is no lineage of images.
    "deeptab/resnet": "tabular_resnet",
    "monai/autoencoderkl": "autoencoder_kl",
    "monai/basic_unetplusplus": "unetplusplus",
    "monai/vit": "vision_transformer",
    "pretrainedmodels/cafferesnet": "resnet",
    "pretrainedmodels/fbresnet": "resnet",
    "pretrainedmodels/inceptionresnetv2": "inception_resnet_v2",
    "pretrainedmodels/inceptionv4": "inception_v4",
    "pretrainedmodels/nasnet_mobile": "nasnet",
    "pretrainedmodels/resnext": "resnet",
    "pretrainedmodels/wideresnet": "resnet",
    "lucidrains/agent_transformer": "agent_attention",
    "lucidrains/deformable_attention_1d": "deformable_attention",
    "lucidrains/deformable_attention_2d": "deformable_attention",
    "lucidrains/deformable_attention_3d": "deformable_attention",
    "lucidrains/denoising_diffusion_pytorch_1d": "denoising_diffusion",
    "lucidrains/flamingo_palm": "flamingo",
    "lucidrains/karras_unet_1d": "karras_unet",
    "lucidrains/karras_unet_3d": "karras_unet",
    "lucidrains/mac_transformer": "titans",
    "lucidrains/mmdit_generalized": "mmdit",
    "lucidrains/modeling_enformer": "enformer",
    "lucidrains/multi_head_slot_attention": "slot_attention",
    "lucidrains/multihead_point_transformer": "point_transformer",
    "lucidrains/neural_memory": "titans",
    "lucidrains/nystrom_attention": "nystromformer",
    "lucidrains/peerlora": "peer",
    "lucidrains/perceiver_io": "perceiver",
    "lucidrains/q_robotic_transformer": "q_transformer",
    "lucidrains/soft_moe_with_dynamic_slots": "soft_moe",
    "lucidrains/trm": "tiny_recursive_model",
    "lucidrains/unet_upsampler": "gigagan",
    # transformers gives this name to a model of films.
    "lucidrains/x_clip": "clip",
    "esm/esm1": "esm",
    "esm/esm2": "esm",
    "torchtune/code_llama2": "llama",
    "torchtune/llama2": "llama",
    "torchtune/llama3": "llama",
    "torchtune/llama3_1": "llama",
    "torchtune/llama3_2": "llama",
    "torchtune/phi4": "phi3",
    "torchtune/qwen2_5": "qwen2",
    "pytorchcv/fcn8sd": "fcn",
    "pytorchcv/inceptionresnetv2": "inception_resnet_v2",
    "pytorchcv/inceptionv3": "inception_v3",
    "pytorchcv/inceptionv4": "inception_v4",
    "pytorchcv/preresnet": "resnetv2",
    # timm and torchvision keep these in their module resnet.
    "pytorchcv/resnetd": "resnet",
    "pytorchcv/resnext": "resnet",
    "pytorchcv/seresnet": "resnet",
    "pytorchcv/seresnext": "resnet",
    "pytorchcv/wrn": "resnet",
    "torcheeg/vit": "vision_transformer",
    "torchvision/maxvit": "maxxvit",
    "torchvision/mvit": "mvitv2",
    "transformers/bit": "resnetv2",
    "transformers/convnextv2": "convnext",
    "transformers/hgnet_v2": "hgnet",
    "transformers/mobilenet_v1": "mobilenet",
    "transformers/mobilenet_v2": "mobilenetv2",
    "transformers/poolformer": "metaformer",
    "transformers/swin": "swin_transformer",
    "transformers/swinv2": "swin_transformer_v2",
    "transformers/vit": "vision_transformer",
    "ultralytics/rtdetr": "rt_detr",
    "vit_pytorch/cross_vit": "crossvit",
    "vit_pytorch/max_vit": "maxxvit",
    "vit_pytorch/mobile_vit": "mobilevit",
    "vit_pytorch/twins_svt": "twins",
    "vit_pytorch/vit": "vision_transformer",
}

# pytorchcv keeps a network for each data set in a module of its own.
_DATA_SETS = ("_cifar", "_cifar10", "_coco", "_cub", "_cmupan", "_stream")


def joined(library: str, module: str) -> str:
    """The family of a model that `library` defines in `module`."""
    if library == "pytorchcv":
        for ending in _DATA_SETS:
            module = module.removesuffix(ending)
    return _JOINED.get(f"{library}/{module}", module)
