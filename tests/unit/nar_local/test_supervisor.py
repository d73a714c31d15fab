"""Processes are kept running, stopped in order, and never outlive the one that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nar.errors import Unavailable
from nar.local.ports import Ports
from nar.local.programs import Program, Readiness
from nar.local.supervisor import Supervisor


def program(name: str, code: str, *, port: int = 0, level: int = 0) -> Program:
    readiness = Readiness.PORT if port else Readiness.ALIVE
    return Program(name, (sys.executable, "-S", "-c", code), {}, readiness, port, level)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited for 20 seconds"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path)
    yield made
    made.stop()


def test_what_dies_is_started_again(supervisor: Supervisor) -> None:
    supervisor.start(program("a", SLEEP))
    supervisor.watch()
    first = supervisor.pids()["a"]
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: supervisor.pids()["a"] != first)
    assert is_running(supervisor.pids()["a"])


def test_a_process_that_exits_while_it_starts_is_an_error_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    failing = program("a", "import sys; print('the reason'); sys.exit(3)", port=1)
    supervisor.start(failing)
    with pytest.raises(Unavailable, match=r"(?s)a exited with code 3.*the reason"):
        supervisor.wait_until_ready([failing], 20)


def test_a_process_that_never_gets_ready_is_an_error(supervisor: Supervisor) -> None:
    waiting = program("a", SLEEP, port=Ports.free().search)
    supervisor.start(waiting)
    with pytest.raises(Unavailable, match="a is not ready after 0 seconds"):
        supervisor.wait_until_ready([waiting], 0)


def test_what_listens_is_ready(supervisor: Supervisor) -> None:
    port = Ports.free().search
    code = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"
    listening = program("a", code, port=port)
    supervisor.start(listening)
    supervisor.wait_until_ready([listening], 20)


def test_higher_levels_stop_first_and_nothing_is_left(supervisor: Supervisor, tmp_path: Path) -> None:
    note = (
        "import signal, sys, time\n"
        "def stop(*_):\n"
        "    open({path!r}, 'a').write({name!r}); sys.exit()\n"
        "signal.signal(signal.SIGTERM, stop); open({ready!r}, 'w'); time.sleep(60)"
    )
    for level, name in enumerate("abc"):
        ready = str(tmp_path / f"{name}.ready")
        code = note.format(path=str(tmp_path / "order"), name=name, ready=ready)
        supervisor.start(program(name, code, level=level))
        wait_for(Path(ready).exists)
    pids = supervisor.pids()
    supervisor.stop()
    assert (tmp_path / "order").read_text() == "cba"
    assert not any(is_running(pid) for pid in pids.values())


def test_children_of_a_child_are_stopped_too(supervisor: Supervisor, tmp_path: Path) -> None:
    path = tmp_path / "pid"
    code = (
        "import subprocess, sys, time, pathlib\n"
        f"child = subprocess.Popen([sys.executable, '-S', '-c', {SLEEP!r}])\n"
        f"pathlib.Path({str(path)!r}).write_text(str(child.pid)); time.sleep(60)"
    )
    supervisor.start(program("a", code))
    wait_for(lambda: path.exists() and path.read_text() != "")
    grandchild = int(path.read_text())
    supervisor.stop()
    wait_for(lambda: not is_running(grandchild))


def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from nar.local.supervisor import Supervisor\n"
        "from nar.local.programs import Program, Readiness\n"
        f"made = Supervisor(Path({str(tmp_path)!r}))\n"
        f"made.start(Program('a', (sys.executable, '-S', '-c', {SLEEP!r}), {{}}, Readiness.ALIVE, 0, 0))\n"
        "print(made.pids()['a'], flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_for(lambda: b"time.sleep" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[3])
        parent.kill()
        wait_for(lambda: not is_running(child))
