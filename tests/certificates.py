"""A certificate authority of the test's own, and the files that it issues."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme

from nar.security.tls import TLS


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: Path
    key: Path


class Authority:
    """Issues certificates into `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._ca = trustme.CA()
        self.file = folder / f"{name}-ca.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def issue(self, name: str, *identities: str) -> Pair:
        """A pair for these host names or addresses; of the same `name`, files are replaced."""
        made = self._ca.issue_cert(*identities)
        pair = Pair(self._folder / f"{name}.pem", self._folder / f"{name}-key.pem")
        for path, content in ((pair.key, made.private_key_pem), (pair.certificate, made.cert_chain_pems[0])):
            content.write_to_path(str(path.with_suffix(".new")))
            path.with_suffix(".new").replace(path)
        return pair

    def trusted(self, shown: Pair | None = None, server_name: str = "") -> TLS:
        """TLS of a client that trusts this authority and shows `shown`."""
        if shown is None:
            return TLS(self.file, server_name=server_name)
        return TLS(self.file, shown.certificate, shown.key, server_name)
