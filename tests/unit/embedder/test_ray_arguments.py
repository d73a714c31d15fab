"""What is said to the local Ray host reaches the front, which is another process."""

from services.embedder.ray_host import arguments
from services.embedder.settings import EmbedderSettings


def test_what_secures_a_server_and_measures_it_reaches_the_front() -> None:
    flags = {
        "tls_cert": "server.pem",
        "tls_key": "server-key.pem",
        "tls_client_ca": "clients.pem",
        "tokens_file": "tokens",
        "metrics_port": "9464",
    }
    given = [part for name, value in flags.items() for part in (f"--{name.replace('_', '-')}", value)]
    front = EmbedderSettings(**arguments(EmbedderSettings.parse(given)).settings)
    assert {name: str(getattr(front, name)) for name in flags} == flags


def test_no_token_stands_in_the_arguments_which_ray_shows() -> None:
    chosen = arguments(EmbedderSettings.parse(["--token", "s3cret"]))
    assert "s3cret" not in chosen.model_dump_json()
