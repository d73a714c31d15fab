"""The folder of a local system."""

import json
import socket
from pathlib import Path

import pytest

from nar.client.address import find_address
from nar.errors import FailedPrecondition
from nar.local.home import Home
from nar.local.ports import Ports


def test_a_home_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    first, second = Home(tmp_path), Home(tmp_path)
    first.acquire()
    with pytest.raises(FailedPrecondition, match="already"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_clients_find_the_addresses_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAR_HOME", str(tmp_path))
    monkeypatch.delenv("NAR_ADDRESS", raising=False)
    home, ports = Home(tmp_path), Ports()
    home.acquire()
    home.write_addresses(ports.addresses())
    assert find_address() == "127.0.0.1:50050"
    assert json.loads((tmp_path / "addresses.json").read_text())["redis"] == "127.0.0.1:56379"
    home.release()
    assert not (tmp_path / "addresses.json").exists()


def test_a_home_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FailedPrecondition, match="cannot be used as home"):
        Home(tmp_path / "file").acquire()


def test_free_ports_are_distinct_and_a_taken_one_is_named() -> None:
    ports = Ports.free()
    assert len(set(ports.addresses().values())) == 6
    ports.check_free()
    message = f"port {ports.embedder}, which embedder needs"
    with socket.create_server(("127.0.0.1", ports.embedder)), pytest.raises(FailedPrecondition, match=message):
        ports.check_free()
