"""The rendered manifests, once for all tests of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.check.objects import Object
from deploy.check.rendering import compositions


@pytest.fixture(scope="session")
def rendered() -> dict[str, list[Object]]:
    """The objects of every composition."""
    return compositions()


@pytest.fixture(scope="session")
def definitions() -> Path:
    """The folder of the custom resource definitions."""
    folder = os.environ.get("NAR_CRDS")
    if not folder:
        pytest.skip("NAR_CRDS names no folder with the definitions of the custom resources")
    return Path(folder)
