"""The tokens that a server admits: a file of lines "role:SHA-256 of the token", read anew when it changes."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from pathlib import Path

from nar.errors import FailedPrecondition
from nar.security.tokens import Role, digest
from services.runtime.telemetry import log

_DIGEST = re.compile(r"^[0-9a-f]{64}$")


class TokensFile:
    """The roles of tokens.

    A line is "read:…" or "write:…"; what follows is the SHA-256 of a token, as `nar token new` prints it, or, for
    trials, a token itself. Empty lines, and what follows a blank and #, do not count.

    Raises:
        FailedPrecondition: the file cannot be read, is malformed, or admits nobody.

    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._seen: tuple[int, int, int] | None = None
        self._roles: tuple[tuple[str, Role], ...] = ()
        self._read()

    def role_of(self, token: str) -> Role | None:
        """The role of a token, None for one that is not in the file. Takes as long for each."""
        self._refresh()
        sent = digest(token)
        found: Role | None = None
        for known, role in self._roles:
            if hmac.compare_digest(known, sent):
                found = role
        return found

    def _refresh(self) -> None:
        """Reads the file if it was replaced; one that cannot be used leaves the tokens as they were."""
        try:
            if self._signature() == self._seen:
                return
            self._read()
        except FailedPrecondition as error:
            log.error("the new tokens are not used", reason=str(error))
        else:
            log.info("the tokens were replaced", tokens=len(self._roles))

    def _read(self) -> None:
        self._seen = self._signature()
        try:
            lines = self._path.read_text().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise FailedPrecondition(f"the tokens file {self._path} cannot be read: {error}") from error
        roles = tuple(self._parse(lines))
        if not roles:
            raise FailedPrecondition(f"{self._path} holds no token: `nar token new --role read` prints a line for it")
        self._roles = roles

    def _parse(self, lines: list[str]) -> Iterator[tuple[str, Role]]:
        for number, text in enumerate(lines, 1):
            line = re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
            if not line:
                continue
            role, _, secret = line.partition(":")
            if role not in tuple(Role) or not secret:
                # The line may hold a secret: it is not shown.
                raise FailedPrecondition(f"{self._path}, line {number}: it must be read:SHA256 or write:SHA256")
            if not _DIGEST.match(secret):
                log.warning("a token stands in the clear: put its hash there", file=str(self._path), line=number)
            yield secret if _DIGEST.match(secret) else digest(secret), Role(role)

    def _signature(self) -> tuple[int, int, int]:
        try:
            status = self._path.stat()
        except OSError as error:
            raise FailedPrecondition(f"the tokens file {self._path} cannot be read: {error.strerror}") from error
        return status.st_mtime_ns, status.st_size, status.st_ino
