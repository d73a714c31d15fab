"""The token that a client sends with each call."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from nar.errors import FailedPrecondition, InvalidInput
from nar.security.loopback import is_loopback

Metadata = tuple[tuple[str, str], ...]


class Bearer:
    """A token to send, or none; one in a file is read anew when the file changes.

    Args:
        token: the token itself.
        file: where it stands, when `token` is empty.

    """

    def __init__(self, token: str = "", file: str | Path = "") -> None:
        self._token = _checked(token) if token else ""
        self._file = None if token or not str(file) else Path(file)
        self._seen: tuple[int, int, int] | None = None

    @classmethod
    def of(cls, token: str | Path | None, environment: Mapping[str, str] = os.environ) -> Self:
        """The one that is given (a path names a file), else that of NAR_TOKEN, else that of NAR_TOKEN_FILE."""
        if token is None:
            return cls(environment.get("NAR_TOKEN", ""), environment.get("NAR_TOKEN_FILE", ""))
        return cls(file=token) if isinstance(token, Path) else cls(token)

    def __bool__(self) -> bool:
        return bool(self._token) or self._file is not None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'**********' if self else ''})"

    def metadata(self) -> Metadata:
        """What goes with a call.

        Raises:
            FailedPrecondition: the file cannot be read, or holds no token.

        """
        if not self:
            return ()
        if self._file is not None:
            self._read(self._file)
        return (("authorization", f"Bearer {self._token}"),)

    def check(self, address: str, *, encrypted: bool) -> None:
        """Raises FailedPrecondition where the token would be readable on the way.

        Refused rather than warned of: a token that was sent once in the clear is lost, a warning comes too late.
        """
        if self and not encrypted and not is_loopback(address):
            raise FailedPrecondition(
                f"the token would travel to {address} unencrypted: turn TLS on (NAR_TLS_CA, or tls=nar.TLS(...)), "
                "or send no token"
            )

    def _read(self, file: Path) -> None:
        """Reads the file if it is another one than last time."""
        try:
            status = file.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen != self._seen:
                self._token, self._seen = _checked(file.read_text().strip()), seen
        except (OSError, UnicodeDecodeError) as error:
            raise FailedPrecondition(f"the token file {file} cannot be read: {error}") from error


def _checked(token: str) -> str:
    """`token`; an error never shows it."""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidInput("the token is no line of printable ASCII without blanks", "token")
    return token
