"""Searches the nine light_*.onnx files of the onnx package in a running system: the right family should be first.

Run: nar up, nar index 'timm/*' 'torchvision/*' --collection zoo, then python -m experiments.light_models zoo; without
an argument it searches all that ships.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx

from nar import Client

FAMILIES = {
    "resnet50": ("resnet",),
    "densenet121": ("densenet",),
    "squeezenet": ("squeezenet",),
    "shufflenet": ("shufflenetv2", "shufflenet"),
    "vgg19": ("vgg",),
    "bvlc_alexnet": ("alexnet",),
    "inception_v1": ("googlenet",),
    "inception_v2": (),
    "zfnet512": (),
}
"""The families that would be right; none where timm and torchvision have no such network."""


def main(collection: str) -> None:
    """Prints a line a file."""
    folder = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
    with Client() as client:
        for name, right in FAMILIES.items():
            found = client.search(folder / f"light_{name}.onnx", top_k=5, collection=collection).neighbours
            verdict = "" if not right else "right" if found[0].architecture.family in right else "WRONG"
            neighbours = ", ".join(f"{item.architecture.id} {item.score:.3f}" for item in found)
            print(f"{name:14} {verdict:6} {neighbours}")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "default")
