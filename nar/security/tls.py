"""TLS as a client sees it: whom it trusts, and what it shows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import grpc

from nar.errors import FailedPrecondition, InvalidInput

Option = tuple[str, int | str]


@dataclass(frozen=True)
class TLS:
    """An encrypted connection.

    Attributes:
        ca: PEM file of the authorities to trust.
        certificate: PEM file of the client's own certificate, where the service demands one (mutual TLS).
        key: PEM file of the key of `certificate`.
        server_name: the name that the service's certificate must have. Default: the host of the address.

    """

    ca: str | Path
    certificate: str | Path = ""
    key: str | Path = ""
    server_name: str = ""

    def __post_init__(self) -> None:
        if bool(str(self.certificate)) != bool(str(self.key)):
            raise InvalidInput("a client certificate needs its key, and a key its certificate", "tls")

    @classmethod
    def from_names(cls, ca: str, certificate: str, key: str, server_name: str) -> Self | None:
        """From settings in which "" means none; without a CA there is no TLS.

        Raises:
            InvalidInput: a certificate is to be shown, and no CA says to whom.

        """
        if ca:
            return cls(ca, certificate, key, server_name)
        if certificate or key:
            raise InvalidInput("a client certificate is set without NAR_TLS_CA, whose presence turns TLS on", "tls")
        return None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self | None:
        """From NAR_TLS_CA, NAR_TLS_CLIENT_CERT, NAR_TLS_CLIENT_KEY and NAR_TLS_SERVER_NAME."""
        names = ("NAR_TLS_CA", "NAR_TLS_CLIENT_CERT", "NAR_TLS_CLIENT_KEY", "NAR_TLS_SERVER_NAME")
        return cls.from_names(*(environment.get(name, "") for name in names))

    def credentials(self) -> grpc.ChannelCredentials:
        """The files as credentials of a channel.

        Raises:
            FailedPrecondition: one cannot be read, or is no PEM file.

        """
        key, chain = (read_pem(file) if str(file) else None for file in (self.key, self.certificate))
        return grpc.ssl_channel_credentials(read_pem(self.ca), key, chain)

    def options(self) -> tuple[Option, ...]:
        """Options of a channel."""
        return (("grpc.ssl_target_name_override", self.server_name),) if self.server_name else ()


def read_pem(file: str | Path) -> bytes:
    """The content of a PEM file.

    Raises:
        FailedPrecondition: it cannot be read, or is none.

    """
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise FailedPrecondition(f"{file} cannot be read: {error.strerror}") from error
    if b"-----BEGIN " not in content:
        raise FailedPrecondition(f"{file} is no PEM file: it has no line '-----BEGIN ...'")
    return content
