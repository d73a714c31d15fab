"""`nar demo`: a few hundred real architectures indexed, and a real ONNX file searched among all that ship."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from nar.cli.console import err, out
from nar.cli.job_progress import print_job, watch
from nar.cli.search import print_result
from nar.cli.up import start, terminated_as_interrupted
from nar.client import Client
from nar.errors import FailedPrecondition
from nar.local import LocalStack

_TIMM = """
    resnet18 resnet26 resnet34 resnet50 resnet101 resnet152 resnet*d resnext50* resnext101_32x4d wide_resnet50_2
    seresnet50 ecaresnet50* resnetv2_50* densenet* vgg* mobilenetv2* mobilenetv3* efficientnet_b[0-4]
    tf_efficientnet_b[0-3] efficientnet_lite* vit_tiny* vit_small_patch* vit_base_patch16_224 vit_base_patch32_224
    deit_* swin_* convnext_* regnetx_* regnety_0* mixer_* inception* xception* mnasnet* ghostnet* poolformer_*
    cait_xxs* dla* hardcorenas* levit_* pvt_v2_b* repvgg_a* res2net* twins_* xcit_nano*
"""
_TORCHVISION = """
    alexnet densenet* efficientnet_b[0-4] googlenet inception_v3 mnasnet* mobilenet_v* resnet18 resnet34 resnet50
    resnet101 resnet152 resnext* shufflenet_v2_* squeezenet* vgg* vit_b_* swin_t wide_resnet*
"""
PATTERNS = tuple(f"timm/{pattern}" for pattern in _TIMM.split()) + tuple(
    f"torchvision/{pattern}" for pattern in _TORCHVISION.split()
)
"""About 300 models of some 40 families; the largest ones of each are left out to save time."""

QUERY = "light_resnet50.onnx"
COLLECTION = "demo"

_NEXT = """
[bold]What to try next[/]
  nar up                                            start the system again (Ctrl-C stops it)
  nar search model.onnx                             your own model; its weights are not sent
  nar search timm/convnext_tiny --filter 'block = "attention"'
  nar search timm/convnext_tiny --collection demo   among the models that were indexed just now
  nar index 'timm/efficientnet*' my_models/         more models, or a folder of ONNX and config.json files
  nar show timm/resnet50                            one architecture and its motifs
In Python: nar.Client().search(graph=nar.trace(module, inputs))"""


def demo(
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder of data and logs. Default: NAR_HOME or ~/.local/share/nar.")
    ] = None,
) -> None:
    """Index a few hundred architectures of timm and torchvision; search all that ship with a real ONNX file."""
    query = find_query()
    stack = LocalStack(home, ports="free", starter=True)
    with terminated_as_interrupted():
        try:
            out.print(f"Starting the local system in {escape(str(stack.home.folder))} ...", soft_wrap=True)
            start(stack)
            out.print(f"{escape(stack.starter_note)}\n", soft_wrap=True)
            _index_and_search(stack.address, query)
        finally:
            stack.stop()
    out.print(_NEXT, soft_wrap=True)


def _index_and_search(address: str, query: Path) -> None:
    with Client(address) as client:
        out.print("Indexing models of timm and torchvision into a collection of their own (two minutes) ...")
        job = watch(client, client.index(PATTERNS, collection=COLLECTION))
        print_job(job, list(client.list_failures(job.id)))
        out.print(f"\n[bold]$ nar search {query.name}[/]   (a file of the onnx package)\n")
        print_result(client.search(query))
    err.print("\nStopping the local system ...")


def find_query() -> Path:
    """The ResNet-50 that the onnx package ships for its tests.

    Raises:
        FailedPrecondition: it is not installed.

    """
    spec = find_spec("onnx")
    if spec is None or spec.origin is None:
        raise FailedPrecondition("the demo needs the onnx package: pip install 'nar[local]'")
    path = Path(spec.origin).parent / "backend" / "test" / "data" / "light" / QUERY
    if not path.is_file():
        raise FailedPrecondition(f"{path} is missing: reinstall the onnx package")
    return path
