"""TLS of a client, as settings and files say it."""

from pathlib import Path

import pytest

from nar.errors import FailedPrecondition, InvalidInput
from nar.security.tls import TLS


def test_a_ca_turns_it_on() -> None:
    environment = {"NAR_TLS_CA": "ca.pem", "NAR_TLS_SERVER_NAME": "search.nar"}
    assert TLS.from_environment(environment) == TLS("ca.pem", server_name="search.nar")
    assert TLS.from_environment({"NAR_TLS_CA": ""}) is None


def test_what_belongs_together_is_set_together() -> None:
    with pytest.raises(InvalidInput, match="a client certificate needs its key"):
        TLS("ca.pem", certificate="client.pem")
    with pytest.raises(InvalidInput, match="without NAR_TLS_CA"):
        TLS.from_environment({"NAR_TLS_CLIENT_CERT": "client.pem", "NAR_TLS_CLIENT_KEY": "client.key"})


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(FailedPrecondition, match=r"none\.pem cannot be read"):
        TLS(tmp_path / "none.pem").credentials()
    (tmp_path / "odd.pem").write_text("odd")
    with pytest.raises(FailedPrecondition, match=r"odd\.pem is no PEM file"):
        TLS(tmp_path / "odd.pem").credentials()
