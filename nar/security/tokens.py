"""Bearer tokens: what one looks like, what it allows, and the only form in which a service keeps it."""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum

_PREFIX = "nar_"
_BYTES = 32


class Role(StrEnum):
    """What a token allows."""

    READ = "read"
    WRITE = "write"

    def includes(self, other: Role) -> bool:
        """Whether this role allows what `other` allows."""
        return self is other or self is Role.WRITE


def new_token() -> str:
    """A token that nobody can guess; its prefix lets scanners for leaked secrets recognise it."""
    return _PREFIX + secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """SHA-256 of a token in hexadecimal. Tokens are random, so that neither salt nor a slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def line(role: Role, token: str) -> str:
    """The line of a tokens file that admits `token`, which it does not reveal."""
    return f"{role}:{digest(token)}"
