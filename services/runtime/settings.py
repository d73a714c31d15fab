"""Settings of a service process: NAR_* environment variables, each also a flag."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, CliApp, SettingsConfigDict


def default_home() -> Path:
    """Where the local stack keeps its data: NAR_HOME, otherwise ~/.local/share/nar."""
    return Path(os.environ.get("NAR_HOME") or Path.home() / ".local" / "share" / "nar")


class ServiceSettings(BaseSettings):
    """What servers and workers of all services read; each service adds its own fields in a subclass."""

    model_config = SettingsConfigDict(env_prefix="NAR_", cli_kebab_case=True, cli_implicit_flags=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(0, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    # Its URL may hold a password.
    redis_url: str = Field(
        "redis://127.0.0.1:56379/0", repr=False, description="Redis or Valkey that holds queue and jobs."
    )
    blob_url: str = Field("", description="fsspec URL of the blob store; empty: the folder blobs in NAR_HOME.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe level to log.")
    log_format: Literal["json", "console"] = Field("json", description="One JSON object a line, or text for people.")

    tls_cert: str = Field("", description="PEM certificate of this server; with it, TLS only.")
    tls_key: str = Field("", description="PEM key of that certificate.")
    tls_client_ca: str = Field("", description="PEM of the CA that must have signed each client's certificate.")
    tokens_file: str = Field("", description="Tokens that are admitted, see `nar token new`; empty: everybody is.")

    tls_ca: str = Field("", description="PEM of the CA to trust when calling other services; turns TLS on.")
    tls_client_cert: str = Field("", description="PEM certificate to show to other services.")
    tls_client_key: str = Field("", description="PEM key of that certificate.")
    tls_server_name: str = Field("", description="Name that their certificates have; empty: the host called.")
    token: SecretStr = Field(SecretStr(""), description="Token to send to other services; a file is safer.")
    token_file: str = Field("", description="File with that token.")

    metrics_port: int = Field(0, ge=0, le=65535, description="Port of /metrics and /healthz over HTTP; 0: none.")
    metrics_host: str = Field("127.0.0.1", description="Address that they listen on.")

    drain_seconds: float = Field(20.0, ge=0, description="Time that running calls or tasks get after SIGTERM.")
    linger_seconds: float = Field(2.0, ge=0, description="Time between NOT_SERVING and the drain, for load balancers.")
    max_message_bytes: int = Field(72 << 20, gt=0, description="Largest gRPC message that is received.")
    max_concurrent_calls: int = Field(1024, gt=0, description="Calls in progress; more are refused.")
    default_deadline_seconds: float = Field(120.0, gt=0, description="Deadline of calls that come without one.")
    health_seconds: float = Field(1.0, gt=0, description="How often the backends are probed.")

    reclaim_idle_seconds: float = Field(
        30.0, gt=0, description="A task whose worker gave no sign for this long goes to another one."
    )
    max_deliveries: int = Field(8, gt=0, description="Times a task is tried before it becomes a dead letter.")
    max_backlog: int = Field(10_000, gt=0, description="Tasks that may wait or run in one stage.")
    batch_size: int = Field(1, gt=0, description="Tasks that a worker takes at once.")

    @model_validator(mode="after")
    def _fill_blob_url(self) -> Self:
        if not self.blob_url:
            self.blob_url = str(default_home() / "blobs")
        return self

    @classmethod
    def parse(cls, argv: Sequence[str] | None = None) -> Self:
        """Settings from flags (`--redis-url ...`), then the environment, then defaults; `argv` defaults to sys.argv.

        Raises:
            SystemExit: an unknown flag or a value out of range; the message names it.

        """
        try:
            return CliApp.run(cls, cli_args=list(sys.argv[1:] if argv is None else argv))
        except ValidationError as error:
            for wrong in error.errors():
                name = "-".join(str(part) for part in wrong["loc"]).replace("_", "-")
                # The input of a field is one value; without a field it is all of them, secrets too.
                value = f", not {wrong['input']!r}" if name and not _is_secret(cls, name) else ""
                print(f"--{name}: {wrong['msg']}{value}", file=sys.stderr)
            raise SystemExit(2) from error


def _is_secret(settings: type[ServiceSettings], flag: str) -> bool:
    """Whether the value of a flag must not be shown."""
    field = settings.model_fields.get(flag.replace("-", "_"))
    return field is not None and field.annotation is SecretStr
