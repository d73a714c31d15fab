"""Milvus servers of the test run: milvus-lite, and the real standalone server of the `milvus` wheel."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from milvus import MilvusServer, MilvusServerConfig

_LITE = "import sys; from milvus_lite.cmdline import main; sys.exit(main())"
_START_SECONDS = 60


@contextmanager
def lite(folder: Path) -> Iterator[str]:
    """URI of a fresh milvus-lite server on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = ["--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-c", _LITE, "server", *place]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@contextmanager
def standalone(folder: Path) -> Iterator[str]:
    """URI of a fresh standalone server. It cannot be told to listen on loopback alone."""
    server = MilvusServer(MilvusServerConfig())
    server.set_base_dir(str(folder))
    server.start()
    yield f"http://127.0.0.1:{server.listen_port}"
    # Its own end takes half a minute; the folder goes anyway.
    server.server_proc.kill()
    server.server_proc.wait()


SERVERS = {"lite": lite, "standalone": standalone}
