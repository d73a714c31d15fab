"""Starting leaves a system that answers; stopping, failing and being killed leave no process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nar.client import Client
from nar.errors import Unavailable
from nar.local import LocalStack


def processes_of(home: Path) -> list[int]:
    """Processes whose environment or arguments name the home."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        try:
            known = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
        if str(home).encode() in known:
            found.append(int(folder.name))
    return found


def wait_until_gone(home: Path, seconds: float = 30) -> list[int]:
    """The processes that are still there after at most `seconds`."""
    deadline = time.monotonic() + seconds
    while (left := processes_of(home)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`nar up`, when it has said that it is ready."""
    command = [
        sys.executable,
        "-c",
        "from nar.cli import main; main()",
        "up",
        "--ports",
        "free",
        "--no-starter",
        "--home",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("ready"):
                break
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        yield process
        if process.poll() is None:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind(running: subprocess.Popen[str], tmp_path: Path, number: signal.Signals) -> None:
    assert len(processes_of(tmp_path)) >= 11
    assert (tmp_path / "addresses.json").is_file()
    running.send_signal(number)
    assert running.wait(60) == (-number if number == signal.SIGKILL else 0)
    assert wait_until_gone(tmp_path) == []
    assert (tmp_path / "addresses.json").is_file() == (number == signal.SIGKILL)


def test_what_was_indexed_is_there_after_a_restart(tmp_path: Path) -> None:
    with LocalStack(tmp_path, ports="free") as stack, Client(stack.address) as client:
        *_, job = client.watch_job(client.index(["torchvision/alexnet", "torchvision/vgg11"]).id)
        assert job.indexed == 2
    with LocalStack(tmp_path, ports="free") as stack, Client(stack.address) as client:
        assert [found.architecture.id for found in client.search("torchvision/vgg11")] == ["torchvision/alexnet"]
        assert client.get_job(job.id) == job


def test_a_failed_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, ports="free", settings={"NAR_LOG_LEVEL": "nonsense"})
    with pytest.raises(Unavailable, match=r"(?s)exited with code.*log-level"):
        stack.start()
    assert wait_until_gone(tmp_path, 5) == []
    assert not (tmp_path / "addresses.json").exists()
