"""Page tokens: where the next page begins, bound to the request that they belong to."""

from __future__ import annotations

import base64
import binascii
import hashlib

from nar.errors import InvalidInput


def encode(position: str, request: bytes) -> str:
    """A token for `position`; `request` is all of the request that must stay the same."""
    text = f"{_digest(request)}{position}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def decode(token: str, request: bytes) -> str:
    """The position of a token, "" for an empty one.

    Raises:
        InvalidInput: it is damaged, or belongs to another request.
    """
    if not token:
        return ""
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("page_token is not one that this service gave", "page_token") from error
    if text[:8] != _digest(request):
        raise InvalidInput("page_token belongs to another request: only page_token may change", "page_token")
    return text[8:]


def _digest(request: bytes) -> str:
    return hashlib.sha256(request).hexdigest()[:8]
