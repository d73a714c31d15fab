"""Imported by the fork server alone: sets up its environment and loads what every extraction needs.

Children start with all of this in memory, so that a fork costs milliseconds. No thread may be alive after it: threads
do not survive a fork.
"""

from __future__ import annotations

import gc
import importlib
import os
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", NO_COLOR="1")
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

# Server and worker are here because multiprocessing runs the main module once more in each child.
MODULES = (
    "torch",
    "services.extractor.codec",
    "services.extractor.libraries",
    "services.extractor.onnx_reader",
    "services.extractor.server",
    "services.extractor.worker",
)

SAMPLES = ("timm/test_vit", "timm/test_resnet", "torchvision/alexnet", "transformers/bert/BertModel")
"""Small models that are run once, so that whatever their libraries load late is there too."""


def warm_up() -> None:
    """Imports the doors, lists the models and runs a small one, so that lazy parts are loaded too."""
    warnings.simplefilter("ignore")
    for name in MODULES:
        importlib.import_module(name)
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    libraries = importlib.import_module("services.extractor.libraries")
    known = set(libraries.names())
    extract = importlib.import_module("services.extractor.extract")
    for name in SAMPLES:
        if name in known:
            extract.extract(extract.ModelName(name))
    # A collection in a child would touch, and so copy, every page of what is loaded here: 0.2 s.
    gc.collect()
    gc.freeze()


warm_up()
