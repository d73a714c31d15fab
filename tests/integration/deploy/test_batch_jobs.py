"""The very commands of the indexing Jobs, against a local system: sharded, killed, started again, nothing left out.

Contract: a pod of `index-hub` may be killed at any moment; the pod that follows, with the same shard and the same Job,
ends with exit code 0, and all shards together have indexed every source exactly once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.check.objects import Object, of_kind
from deploy.check.rendering import K8S, ROOT, compose
from nar.client import Client
from nar.local import LocalStack

MODELS = (
    "timm/resnet18",
    "timm/resnet34",
    "timm/vgg11",
    "timm/densenet121",
    "torchvision/alexnet",
    "torchvision/resnet18",
    "torchvision/squeezenet1_0",
    "torchvision/squeezenet1_1",
)
LIST = (
    "".join(f"{model}\n" for model in MODELS[:-2]) + "torchvision/squeezenet*  # a pattern, as the shipped list has\n"
)
NAR = str(Path(sys.executable).with_name("nar"))


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LocalStack]:
    with LocalStack(tmp_path / "home", ports="free", settings={"NAR_RECLAIM_IDLE_SECONDS": "3"}) as running:
        yield running


@pytest.fixture(scope="module")
def job() -> Object:
    rendered = compose(K8S / "base", [K8S / "components" / "batch-indexing"])
    return next(thing for thing in of_kind(rendered, "Job") if thing["metadata"]["name"] == "index-hub")


def command(job: Object, index: int, sources: Path) -> list[str]:
    """The container's command as the kubelet would expand it, with another list of sources."""
    container = job["spec"]["template"]["spec"]["containers"][0]
    values = {"$(JOB_COMPLETION_INDEX)": str(index), "$(JOB_UID)": "6f1c", "/etc/nar/sources/sources.txt": str(sources)}
    expanded = [NAR, *container["command"][1:]]
    for name, value in values.items():
        expanded = [part.replace(name, value) for part in expanded]
    return expanded


def test_shards_that_are_killed_and_started_again_index_everything_once(
    stack: LocalStack, job: Object, tmp_path: Path
) -> None:
    sources = tmp_path / "sources.txt"
    sources.write_text(LIST)
    environment = {**os.environ, "NAR_ADDRESS": stack.address, "PYTHONPATH": str(ROOT)}
    shards = range(job["spec"]["completions"])
    for index in shards:
        killed = subprocess.Popen(command(job, index, sources), env=environment, stderr=subprocess.DEVNULL)
        try:
            killed.wait(2.0)
        except subprocess.TimeoutExpired:
            killed.send_signal(signal.SIGKILL)
            killed.wait()
    for index in shards:
        done = subprocess.run(
            command(job, index, sources), env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    with Client(stack.address) as client:
        assert sorted(found.id for found in client.list_architectures()) == sorted(MODELS)


def test_the_exit_code_and_the_last_lines_say_what_failed(stack: LocalStack, job: Object, tmp_path: Path) -> None:
    sources = tmp_path / "sources.txt"
    sources.write_text("timm/resnet18\ntimm/resnet5O\n")
    environment = {**os.environ, "NAR_ADDRESS": stack.address, "PYTHONPATH": str(ROOT)}
    codes, said = set(), ""
    for index in range(job["spec"]["completions"]):
        done = subprocess.run(
            command(job, index, sources), env=environment, capture_output=True, text=True, check=False
        )
        codes.add(done.returncode)
        # The kubelet takes the last 2048 bytes of the log as termination message.
        said += (done.stdout + done.stderr)[-2048:]
    assert codes == {0, 1}
    assert "timm/resnet5O" in said
    unreachable = subprocess.run(
        command(job, 0, sources), env={**environment, "NAR_ADDRESS": "127.0.0.1:9"}, capture_output=True, check=False
    )
    assert unreachable.returncode == 2
