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
    "knowledge": Entry(
        ("pykeen",),
        (
            *("class-resolver==0.8.2", "click-default-group==1.2.4", "dataclasses-json==0.6.7", "docdata==0.0.5"),
            *("marshmallow==4.4.0", "more-click==0.1.3", "more-itertools==11.2.1", "pykeen==1.11.1"),
            *("pystow==0.10.3", "tabulate==0.10.0", "torch-max-mem==0.1.6", "typing-inspect==0.9.0"),
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
        ("monai", "spandrel", "spandrel_extra_arches"),
        ("einops==0.8.1", "monai==1.6.1", "spandrel==0.4.2", "spandrel-extra-arches==0.2.0"),
    ),
    "vit_pytorch": Entry(("vit_pytorch",), ("einops==0.8.1", "vit-pytorch==1.26.11")),
}
