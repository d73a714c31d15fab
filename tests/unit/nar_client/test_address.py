"""Where the client looks for the service."""

import json
from pathlib import Path

import pytest

from nar.client.address import find_address
from nar.errors import InvalidInput, Unavailable


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("NAR_ADDRESS", raising=False)
    monkeypatch.setenv("NAR_HOME", str(tmp_path))
    return tmp_path


def test_the_argument_wins_over_the_variable_and_that_over_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "addresses.json").write_text(json.dumps({"search": "127.0.0.1:3"}))
    assert find_address() == "127.0.0.1:3"
    monkeypatch.setenv("NAR_ADDRESS", "127.0.0.1:2")
    assert find_address() == "127.0.0.1:2"
    assert find_address("host:1") == "host:1"


def test_without_any_the_error_says_how_to_start(home: Path) -> None:
    with pytest.raises(Unavailable, match="start it with `nar up`"):
        find_address()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"search": 1}'])
def test_a_damaged_file_is_reported(home: Path, text: str) -> None:
    (home / "addresses.json").write_text(text)
    with pytest.raises(Unavailable, match=r"addresses\.json"):
        find_address()


@pytest.mark.parametrize("address", ["localhost", ":50050", "host:port", "http://host"])
def test_a_malformed_address_is_refused(home: Path, address: str) -> None:
    with pytest.raises(InvalidInput, match="HOST:PORT"):
        find_address(address)
