"""The commands of the manifests, run here: they say their options, and listen where their container says."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from valkey_process import free_port

from deploy.check.commands import command_problems, commands
from deploy.check.objects import Object, pods, variables
from deploy.check.rendering import K8S, ROOT, compose, render
from services.runtime.server import LIVENESS

SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest.fixture(scope="module")
def objects() -> list[Object]:
    return compose(K8S / "base", [K8S / "components" / name for name in ("batch-indexing", "plain-embedder")])


def test_every_command_runs(objects: list[Object]) -> None:
    found = commands(objects)
    assert len(found) == 11
    assert list(command_problems(found)) == []


@contextmanager
def started(container: Object, objects: list[Object]) -> Iterator[str]:
    """The container's command with its variables, but on loopback and a free port: its address."""
    given = {key: value for key, value in variables(container, objects).items() if value is not None}
    own = {**given, "NAR_HOST": "127.0.0.1", "NAR_METRICS_PORT": "0", "NAR_LINGER_SECONDS": "0"}
    address = f"127.0.0.1:{free_port()}"
    own["NAR_PORT"] = address.rpartition(":")[2]
    process = subprocess.Popen(
        [sys.executable, *container["command"][1:]],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **own},
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("serving ")
        yield address
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def health(address: str, service: str) -> int:
    """What the server says once it answers."""
    with grpc.insecure_channel(address) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        return health_pb2_grpc.HealthStub(channel).Check(request, timeout=60, wait_for_ready=True).status


@pytest.mark.parametrize("name", ["motif-miner", "embedder"])
def test_a_server_answers_the_probes_of_its_container(objects: list[Object], name: str) -> None:
    (container,) = next(pod.containers for pod in pods(objects) if pod.name == f"Deployment/{name}")
    with started(container, objects) as address:
        assert health(address, container["livenessProbe"]["grpc"]["service"]) == SERVING
        deadline = time.monotonic() + 60
        while health(address, container["readinessProbe"]["grpc"].get("service", "")) != SERVING:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        check = [sys.executable, "-m", "services.runtime.health_check"]
        assert subprocess.run([*check, "--port", address.rpartition(":")[2]], cwd=ROOT, check=False).returncode == 0
    assert subprocess.run([*check, "--port", address.rpartition(":")[2]], cwd=ROOT, check=False).returncode == 1


def test_search_lives_and_is_not_restarted_while_its_backends_are_down(objects: list[Object], tmp_path: Path) -> None:
    (container,) = next(pod.containers for pod in pods(objects) if pod.name == "Deployment/search")
    container["env"] += [
        {"name": "NAR_REDIS_URL", "value": "redis://127.0.0.1:9/0"},
        {"name": "NAR_BLOB_URL", "value": str(tmp_path)},
        {"name": "NAR_MILVUS_URI", "value": "http://127.0.0.1:9"},
        {"name": "NAR_MILVUS_TIMEOUT_SECONDS", "value": "1"},
        *({"name": f"NAR_{name}_ADDRESS", "value": "127.0.0.1:9"} for name in ("EXTRACTOR", "MINER", "EMBEDDER")),
    ]
    with started(container, objects) as address:
        assert health(address, "") != SERVING
        assert container["startupProbe"]["grpc"].get("service", "") == ""
        for probe in ("readinessProbe", "livenessProbe"):
            assert container[probe]["grpc"]["service"] == LIVENESS
            assert health(address, LIVENESS) == SERVING


def test_the_development_overlay_needs_no_ray_and_no_keda() -> None:
    kinds = {thing["kind"] for thing in render(K8S / "overlays" / "dev")}
    assert not kinds & {"RayService", "ScaledObject"}
