"""Which libraries run in environments of their own, and what pip installs there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One environment.

    Attributes:
        libraries: those of `services.extractor.libraries` that are captured in it.
        requirements: all packages that it holds, for pip; nothing else is installed for them.
    """

    libraries: tuple[str, ...]
    requirements: tuple[str, ...]


ENVIRONMENTS: dict[str, Entry] = {
    "language": Entry(
        ("esm", "litgpt", "mambapy", "tape", "torchscale", "torchtune", "xlstm"),
        (
            *("fair-esm==2.0.0", "litgpt==0.5.13", "mambapy==1.2.0", "tape-proteins==0.5", "torchscale==0.3.0"),
            *("torchtune==0.6.1", "xlstm==2.0.6"),
        ),
    ),
    "audio": Entry(
        ("asteroid", "espnet", "pythae", "speechbrain", "spikingjelly"),
        (
            *("asteroid==0.7.0", "asteroid-filterbanks==0.4.0", "cffi==2.1.1", "einops==0.8.1", "espnet==202511"),
            *("h5py==3.16.0", "julius==0.2.8", "lazy-loader==0.6", "librosa==0.11.0", "loguru==0.7.3"),
            *("opt-einsum==3.4.0", "pycparser==3.12", "pythae==0.1.2", "soundfile==0.14.0", "spikingjelly==2.0.0"),
            *("speechbrain==1.1.2", "torch-complex==0.4.4", "typeguard==4.6.1"),
        ),
    ),
    "keras": Entry(
        ("keras",),
        ("absl-py==2.5.1", "h5py==3.16.0", "keras==3.15.1", "namex==0.1.0", "optree==0.20.0"),
    ),
    "lucidrains": Entry(
        ("lucidrains",),
        (
            *("accelerate==1.15.0", "adam-atan2-pytorch==0.4.1", "agent-attention-pytorch==0.1.7"),
            *("anymal-belief-state-encoder-decoder-pytorch==0.0.22", "assoc-scan==0.0.6"),
            *("audiolm-pytorch==2.4.0", "autoregressive-diffusion-pytorch==0.4.0", "axial-attention==0.6.1"),
            *("axial_positional_embedding==0.3.12", "beartype==0.23.1", "bidirectional-cross-attention==0.1.0"),
            *("bit-diffusion==0.1.4", "block-recurrent-transformer-pytorch==0.4.4"),
            *("bottleneck-transformer-pytorch==0.1.4", "charformer-pytorch==0.0.4"),
            *("classifier-free-guidance-pytorch==0.7.1", "CoCa-pytorch==0.1.0", "CoLT5-attention==0.11.2"),
            *("complex-valued-transformer==0.0.14", "compositional-attention-pytorch==0.0.1"),
            *("compressive-transformer-pytorch==0.4.0", "conformer==0.3.2", "dalle-pytorch==1.6.6"),
            *("dalle2-pytorch==1.15.6", "deformable-attention==0.0.20", "denoising-diffusion-pytorch==2.3.4"),
            *("discrete-continuous-embed-readout==0.2.12", "discrete-key-value-bottleneck-pytorch==0.1.1"),
            *("egnn-pytorch==0.2.8", "einops-exts==0.0.4", "einops==0.8.2", "einx==0.4.3"),
            *("ema-pytorch==0.8.3", "En-transformer==1.6.6", "encodec==0.1.1", "enformer-pytorch==0.8.12"),
            *("environs==15.2.0", "equiformer-pytorch==0.5.4", "esbn-pytorch==0.0.4"),
            *("ETSformer-pytorch==0.1.1", "fast-transformer-pytorch==0.0.4"),
            *("feedback-transformer-pytorch==0.0.11", "fire==0.7.1", "flamingo-pytorch==0.1.2"),
            *("FLASH-pytorch==0.1.9", "frozendict==2.5.1", "g-mlp-pytorch==0.1.5"),
            *("gateloop-transformer==0.2.5", "gigagan-pytorch==0.3.0", "glom-pytorch==0.0.14"),
            *("graph-transformer-pytorch==0.1.1", "h-transformer-1d==0.1.9", "halonet-pytorch==0.0.5"),
            *("hamburger-pytorch==0.0.3", "hl-gauss-pytorch==0.3.0", "hourglass-transformer-pytorch==0.0.6"),
            *("htm-pytorch==0.0.4", "hyper-connections==0.4.11", "imagen-pytorch==2.1.0"),
            *("infini-transformer-pytorch==0.2.1", "invariant-point-attention==0.2.2", "isab-pytorch==0.3.0"),
            *("iTransformer==0.8.1", "ITTR-pytorch==0.0.4", "jaxtyping==0.3.11", "kornia==0.9.0"),
            *("kornia_rs==0.2.0", "kronecker-attention-pytorch==0.0.6", "lambda-networks==0.4.0"),
            *("lightweight-gan==1.2.1", "linear-attention-transformer==0.19.1", "linformer==0.2.3"),
            *("lion-pytorch==0.2.5", "local-attention==1.11.2", "loguru==0.7.3", "magvit2-pytorch==0.5.1"),
            *("make-a-video-pytorch==0.4.0", "marshmallow==4.4.0", "Mega-pytorch==0.1.0"),
            *("MEGABYTE-pytorch==0.3.6", "memory-efficient-attention-pytorch==0.1.6"),
            *("memory-transformer-xl==0.1.0", "meshgpt-pytorch==1.8.1", "metnet3-pytorch==0.0.12"),
            *("minGRU-pytorch==0.2.1", "mixture-of-experts==0.2.3", "mlp-mixer-pytorch==0.3.1", "mmdit==0.3.0"),
            *("mogrifier==0.0.5", "muse-maskgit-pytorch==0.3.5", "musiclm-pytorch==0.2.8"),
            *("n-grammer-pytorch==0.0.14", "native-sparse-attention-pytorch==0.2.3"),
            *("naturalspeech2-pytorch==0.1.8", "nystrom-attention==0.0.14"),
            *("omninet-pytorch==0.0.6", "opt_einsum==3.4.0", "PaLM-pytorch==0.2.2", "parti-pytorch==0.2.0"),
            *("PEER-pytorch==0.2.2", "perceiver-pytorch==0.11.0", "performer-pytorch==1.1.4"),
            *("phenaki-pytorch==0.5.0", "pi-gan-pytorch==0.0.11", "point-transformer-pytorch==0.1.5"),
            *("product_key_memory==0.3.0", "protein-bert-pytorch==0.1.0", "pyfaidx==0.9.2.2"),
            *("pytorch-custom-utils==0.0.21", "pyvers==0.2.3", "q-transformer==0.5.0"),
            *("rectified-flow-pytorch==0.14.0", "recurrent-memory-transformer-pytorch==0.7.0"),
            *("reformer-pytorch==1.4.4", "rela-transformer==0.0.7", "remixer-pytorch==0.0.3"),
            *("res-mlp-pytorch==0.0.6", "retro-pytorch==0.3.9", "RIN-pytorch==0.8.0"),
            *("ring-attention-pytorch==0.5.20", "rotary-embedding-torch==0.9.1", "routing-transformer==1.6.1"),
            *("segformer-pytorch==0.0.6", "sentencepiece==0.2.3", "simple-hierarchical-transformer==0.4.0"),
            *("sinkhorn-transformer==0.11.4", "siren-pytorch==0.1.7", "slot_attention==1.5.2"),
            *("soft-moe-pytorch==0.1.9", "soundstorm-pytorch==0.6.1", "spear-tts-pytorch==0.4.8"),
            *("st-moe-pytorch==0.1.8", "stam-pytorch==0.0.4", "stylegan2_pytorch==1.9.0"),
            *("tab-transformer-pytorch==0.6.1", "taylor-series-linear-attention==0.2.0", "tensordict==0.15.3"),
            *("termcolor==3.3.0", "timesformer-pytorch==0.4.1", "tiny-recursive-model==0.0.15"),
            *("titans-pytorch==0.5.5", "token-shift-gpt==0.0.2", "torch-einops-utils==0.2.0"),
            *("torchdiffeq==0.2.5", "tranception-pytorch==0.0.8"),
            *("transformer-in-transformer==0.1.2", "triangle-multiplicative-module==0.0.3", "typeguard==4.6.1"),
            *("uformer-pytorch==0.0.8", "unet-stylegan2==0.5.1"),
            *("vector-quantize-pytorch==1.32.0", "video-diffusion-pytorch==0.7.0", "vit-pytorch==1.26.11"),
            *("VN-transformer==0.1.0", "x-clip==0.14.4", "x-mlps-pytorch==0.6.9"),
            *("x-transformers==2.31.10", "x-unet==0.5.0", "zorro-pytorch==0.1.1"),
        ),
    ),
    "knowledge": Entry(
        ("pykeen",),
        (
            *("class-resolver==0.8.2", "click-default-group==1.2.4", "dataclasses-json==0.6.7", "docdata==0.0.5"),
            *("marshmallow==4.4.0", "more-click==0.1.3", "more-itertools==11.2.1", "pykeen==1.11.1"),
            *("pystow==0.10.3", "tabulate==0.10.0", "torch-max-mem==0.1.6", "typing-inspect==0.9.0"),
        ),
    ),
    "openmmlab": Entry(
        ("mmaction", "mmagic", "mmdet", "mmpose", "mmpretrain", "mmseg"),
        (
            "addict==2.4.0",
            "einops==0.8.2",
            "json-tricks==3.17.3",
            "mat4py==0.6.0",
            "mmaction2==1.2.0",
            "mmagic==1.2.0",
            "mmcv-lite==2.1.0",
            "mmdet==3.3.0",
            "mmengine==0.10.7",
            "mmpose==1.3.2",
            "mmpretrain==1.2.0",
            "mmsegmentation==1.2.2",
            "munkres==1.1.4",
            "platformdirs==4.14.8",
            "prettytable==3.18.0",
            "setuptools==80.9.0",
            "shapely==2.1.2",
            "termcolor==3.3.0",
            "terminaltables==3.1.10",
            "yapf==0.43.0",
        ),
    ),
    # These ask for an older mmcv.
    "openmmlab_older": Entry(
        ("mmocr", "mmyolo"),
        (
            "addict==2.4.0",
            "einops==0.8.2",
            "mmcv-lite==2.0.1",
            "mmdet==3.1.0",
            "mmengine==0.10.7",
            "mmocr==1.0.1",
            "mmyolo==0.6.0",
            "platformdirs==4.14.8",
            "prettytable==3.18.0",
            "pyclipper==1.4.0",
            "rapidfuzz==3.14.6",
            "setuptools==80.9.0",
            "shapely==2.1.2",
            "termcolor==3.3.0",
            "terminaltables==3.1.10",
            "yapf==0.43.0",
        ),
    ),
    "recommenders": Entry(("recbole",), ("colorama==0.4.6", "plotly==7.1.0", "recbole==1.2.1", "tabulate==0.10.0")),
    "series": Entry(
        ("neuralforecast", "pypots", "tsl"),
        (
            *("coreforecast==0.0.20", "einops==0.8.2", "h5py==3.16.0", "lightning-utilities==0.15.3"),
            *("neuralforecast==3.3.0", "pypots==1.5", "pytorch-lightning==2.6.6", "torch-spatiotemporal==0.9.5"),
            *("torchmetrics==1.9.0", "utilsforecast==0.2.17"),
        ),
    ),
    "signals": Entry(
        ("braindecode", "torcheeg"),
        (
            *("axial-positional-embedding==0.3.12", "braindecode==1.8.1", "colt5-attention==0.11.2"),
            *("decorator==5.3.1", "docstring-inheritance==3.0.0", "einops==0.8.2", "h5py==3.16.0"),
            *("hyper-connections==0.4.11", "lazy-loader==0.6", "linear-attention-transformer==0.19.1"),
            *("linformer==0.2.3", "local-attention==1.11.2", "mne==1.13.2", "platformdirs==4.14.8", "pooch==1.9.0"),
            *("product-key-memory==0.3.0", "skorch==1.4.0", "torcheeg==1.1.3"),
            "torchinfo==1.8.0",
        ),
    ),
    "tables": Entry(("deeptab",), ("deeptab==2.1.0", "einops==0.8.2")),
    "vision": Entry(
        (
            "anomalib",
            "kornia",
            "monai",
            "pretrainedmodels",
            "pytorchvideo",
            "spandrel",
            "spandrel_extra_arches",
            "super_image",
        ),
        (
            *("anomalib==2.7.0", "einops==0.8.1", "FrEIA==0.2", "fvcore==0.1.5.post20221221", "h5py==3.16.0"),
            *("iopath==0.1.10", "jsonargparse==4.53.0", "kornia==0.9.0", "kornia_rs==0.2.0", "lightning==2.6.6"),
            *("lightning-utilities==0.15.3", "monai==1.6.1", "munch==4.0.0", "parameterized==0.9.0"),
            *("portalocker==4.4.2", "pretrainedmodels==0.7.4", "pytorchvideo==0.1.5", "spandrel==0.4.2"),
            *("spandrel-extra-arches==0.2.0", "super-image==0.2.0", "tabulate==0.10.0", "termcolor==3.3.0"),
            *("torchmetrics==1.9.0", "yacs==0.1.8"),
        ),
    ),
    "vit_pytorch": Entry(("vit_pytorch",), ("einops==0.8.1", "vit-pytorch==1.26.11")),
}
