"""Renders the manifests with `kubectl kustomize`: the base, every component alone, every overlay, and all together."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import yaml

from deploy.check.objects import Object

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy" / "k8s"

_LAST = "tls"
"""Its patches reach the pods of the components before it."""
_INSTEAD = ("plain-embedder",)
"""Takes the place of what others patch, so it is no part of the composition of all."""


class RenderingError(Exception):
    """Kustomize refuses; the message is its own."""


def compositions(k8s: Path = K8S) -> dict[str, list[Object]]:
    """The objects of every composition by its name: "base", "component redis", "overlay production", "all"."""
    base = k8s / "base"
    names = sorted(folder.name for folder in (k8s / "components").iterdir() if folder.is_dir())
    rendered = {"base": render(base)}
    for component in names:
        rendered[f"component {component}"] = compose(base, [k8s / "components" / component])
    everything = sorted((name for name in names if name not in _INSTEAD), key=lambda name: (name == _LAST, name))
    rendered["all"] = compose(base, [k8s / "components" / name for name in everything])
    for overlay in sorted((k8s / "overlays").iterdir()):
        rendered[f"overlay {overlay.name}"] = render(overlay)
    return rendered


def render(folder: Path) -> list[Object]:
    """The objects of one kustomization.

    Raises:
        RenderingError: it cannot be built.

    """
    kubectl = Path(sys.executable).with_name("kubectl")
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RenderingError(f"{folder}: {done.stderr.strip()}")
    return [thing for thing in yaml.load_all(done.stdout, yaml.CSafeLoader) if thing]


def compose(base: Path, components: Iterable[Path]) -> list[Object]:
    """The objects of a base with components."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        text = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "namespace": "nar",
            "resources": [os.path.relpath(base.resolve(), folder)],
            "components": [os.path.relpath(component.resolve(), folder) for component in components],
        }
        (folder / "kustomization.yaml").write_text(yaml.safe_dump(text))
        return render(folder)
