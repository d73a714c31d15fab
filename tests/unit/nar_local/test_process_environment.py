"""What the processes of the local system inherit from the user's shell, and what not."""

from pathlib import Path

import pytest

from nar.errors import FailedPrecondition
from nar.local.home import Home
from nar.local.ports import Ports
from nar.local.programs import Program, process_environment, programs

OF_A_CLIENT = {"NAR_ADDRESS": "far:1", "NAR_TLS_CA": "ca.pem", "NAR_TLS_SERVER_NAME": "far", "NAR_TOKEN_FILE": "token"}


def services(home: Path, settings: dict[str, str] | None = None) -> dict[str, Program]:
    chosen = programs(Home(home), Ports(), settings or {})
    return {program.name: program for program in chosen if program.name.endswith(("-server", "-worker"))}


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NAR_TLS_CERT", "NAR_TOKENS_FILE", "NAR_METRICS_PORT", *OF_A_CLIENT):
        monkeypatch.delenv(name, raising=False)


def test_settings_for_a_service_elsewhere_do_not_reach_the_local_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in OF_A_CLIENT.items():
        monkeypatch.setenv(name, value)
    for program in services(tmp_path).values():
        assert not set(OF_A_CLIENT) & set(process_environment(program))


def test_local_services_that_speak_tls_and_want_tokens_are_told_how_to_call_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**OF_A_CLIENT, "NAR_TLS_CERT": "server.pem", "NAR_TOKENS_FILE": "tokens"}.items():
        monkeypatch.setenv(name, value)
    for program in services(tmp_path).values():
        assert set(OF_A_CLIENT) & set(process_environment(program)) == set(OF_A_CLIENT) - {"NAR_ADDRESS"}


@pytest.mark.parametrize("settings", [{"NAR_TLS_CERT": "server.pem"}, {"NAR_TOKENS_FILE": "tokens"}])
def test_services_that_could_not_call_each_other_are_not_started(tmp_path: Path, settings: dict[str, str]) -> None:
    with pytest.raises(FailedPrecondition, match="call each other"):
        services(tmp_path, settings)


def test_each_process_has_a_metrics_port_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all("NAR_METRICS_PORT" not in process_environment(program) for program in services(tmp_path).values())
    monkeypatch.setenv("NAR_METRICS_PORT", "9464")
    ports = {name: process_environment(program)["NAR_METRICS_PORT"] for name, program in services(tmp_path).items()}
    assert sorted(ports.values()) == [str(9464 + index) for index in range(8)]
    assert (ports["search-server"], ports["extractor-worker"]) == ("9467", "9468")
