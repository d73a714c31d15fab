"""Searches timm models that both ONNX exporters exported in a running system and says whether the same model is first.

Run: nar up, nar index 'timm/*' 'torchvision/*' --collection zoo, then python -m experiments.exported_models [NAME ...]
"""

from __future__ import annotations

import sys

from experiments.across_formats import MODELS, build, exported
from nar import Client

COLLECTION = "zoo"


def main(names: list[str]) -> None:
    """Prints a line an export, and the share that found itself or one with an equal fingerprint."""
    hits = total = 0
    with Client() as client:
        for name in names or MODELS[:20]:
            model, image = build(name)
            own = client.get_architecture(f"timm/{name}", collection=COLLECTION).architecture
            for dynamo in (True, False):
                best = client.search(
                    onnx=exported(model, image, dynamo=dynamo), top_k=1, collection=COLLECTION
                ).neighbours[0]
                same = best.architecture.id == own.id or best.architecture.fingerprint.exact == own.fingerprint.exact
                hits, total = hits + same, total + 1
                exporter = "dynamo" if dynamo else "torchscript"
                print(f"{name:32} {exporter:12} {'same' if same else 'OTHER'} {best.architecture.id} {best.score:.4f}")
    print(f"{hits} of {total} = {hits / total:.1%}")


if __name__ == "__main__":
    main(sys.argv[1:])
