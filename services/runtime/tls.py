"""TLS of a server: what it shows, and whom it demands a certificate of. Replaced files need no restart."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import grpc

from nar.errors import FailedPrecondition
from nar.security.tls import read_pem
from services.runtime.settings import ServiceSettings
from services.runtime.telemetry import log

Seen = tuple[tuple[int, int, int], ...]


def server_credentials(settings: ServiceSettings) -> grpc.ServerCredentials | None:
    """The credentials that the settings describe, None where they describe no TLS.

    Raises:
        FailedPrecondition: only part of them is set, or a file cannot be read, or key and certificate do not match.

    """
    if not settings.tls_cert and not settings.tls_key:
        if settings.tls_client_ca:
            raise FailedPrecondition("NAR_TLS_CLIENT_CA is set without NAR_TLS_CERT and NAR_TLS_KEY: there is no TLS")
        return None
    if not (settings.tls_cert and settings.tls_key):
        raise FailedPrecondition("NAR_TLS_CERT and NAR_TLS_KEY belong together: one of them is not set")
    files = _Files(settings.tls_cert, settings.tls_key, settings.tls_client_ca)
    # Its types leave out the None that says "as before".
    changed = cast("Callable[[], grpc.ServerCertificateConfiguration]", files.changed)
    return grpc.dynamic_ssl_server_credentials(files.read(), changed, bool(settings.tls_client_ca))


class _Files:
    """The PEM files of a server."""

    def __init__(self, certificate: str, key: str, client_ca: str) -> None:
        self._certificate = certificate
        self._key = key
        self._client_ca = client_ca
        self._seen: Seen = ()

    def read(self) -> grpc.ServerCertificateConfiguration:
        """Reads them all.

        Raises:
            FailedPrecondition: one is missing or damaged, or the key is not that of the certificate.

        """
        self._seen = _signature(self._names())
        pair = (read_pem(self._key), read_pem(self._certificate))
        clients = read_pem(self._client_ca) if self._client_ca else None
        try:
            # gRPC would accept any pair and fail at each handshake.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._certificate, self._key, password="")
        except (ssl.SSLError, OSError) as error:
            raise FailedPrecondition(
                f"{self._certificate} and {self._key} are no certificate with its unencrypted key: {error}"
            ) from error
        return grpc.ssl_server_certificate_configuration([pair], clients)

    def changed(self) -> grpc.ServerCertificateConfiguration | None:
        """Asked by gRPC at each handshake: the new files, None while they are the old ones or not yet whole."""
        try:
            if _signature(self._names()) == self._seen:
                return None
            found = self.read()
        except FailedPrecondition as error:
            log.error("the new certificate is not used", reason=str(error))
            return None
        log.info("the certificate was replaced", certificate=self._certificate)
        return found

    def _names(self) -> list[str]:
        return [name for name in (self._certificate, self._key, self._client_ca) if name]


def _signature(names: Sequence[str]) -> Seen:
    """What changes when a file is replaced."""
    try:
        found = [Path(name).stat() for name in names]
    except OSError as error:
        raise FailedPrecondition(f"{error.filename} cannot be read: {error.strerror}") from error
    return tuple((status.st_mtime_ns, status.st_size, status.st_ino) for status in found)
