"""Who may call what."""

from __future__ import annotations

from collections.abc import Mapping

from nar.errors import PermissionDenied, Unauthenticated
from nar.security.loopback import is_loopback
from nar.security.tokens import Role
from services.runtime.settings import ServiceSettings
from services.runtime.telemetry import log
from services.runtime.tokens import TokensFile

REQUIRED: Mapping[str, Role] = {
    "/nar.v1.SearchService/Search": Role.READ,
    "/nar.v1.SearchService/GetArchitecture": Role.READ,
    "/nar.v1.SearchService/ListArchitectures": Role.READ,
    "/nar.v1.SearchService/ListCollections": Role.READ,
    "/nar.v1.IndexService/CreateIndexJob": Role.WRITE,
    "/nar.v1.IndexService/GetIndexJob": Role.READ,
    "/nar.v1.IndexService/WatchIndexJob": Role.READ,
    "/nar.v1.IndexService/CancelIndexJob": Role.WRITE,
    "/nar.v1.IndexService/ListIndexJobs": Role.READ,
    "/nar.v1.IndexService/ListIndexJobFailures": Role.READ,
    "/nar.v1.IndexService/DeleteArchitecture": Role.WRITE,
    "/nar.v1.IndexService/RebuildIndex": Role.WRITE,
    "/nar.v1.IndexService/CheckIndex": Role.READ,
    "/nar.v1.ExtractorService/Extract": Role.READ,
    "/nar.v1.ExtractorService/ListModels": Role.READ,
    "/nar.v1.MotifMinerService/Mine": Role.READ,
    "/nar.v1.EmbedderService/Embed": Role.READ,
    "/nar.v1.EmbedderService/GetModel": Role.READ,
}
"""The role that each RPC needs. What is not here is open to nobody; health and reflection are open to all."""

_SCHEME = "bearer "


class Access:
    """Checks the token of each call; without a tokens file everybody may call everything."""

    def __init__(self, tokens: TokensFile | None) -> None:
        self._tokens = tokens

    def check(self, method: str, metadata: Mapping[str, str]) -> None:
        """Lets the call pass, or not.

        Raises:
            Unauthenticated: no token came with it, or an unknown one.
            PermissionDenied: the token's role does not allow it.

        """
        if self._tokens is None:
            return
        sent = metadata.get("authorization", "")
        if not sent.lower().startswith(_SCHEME):
            raise Unauthenticated(
                "this service wants a token and none came: set NAR_TOKEN_FILE or NAR_TOKEN, or nar.Client(token=...)"
            )
        role = self._tokens.role_of(sent[len(_SCHEME) :].strip())
        if role is None:
            raise Unauthenticated("the token is not known here: ask who runs the service for one of `nar token new`")
        required = REQUIRED.get(method)
        if required is None or not role.includes(required):
            needed = f"needs one with the role {required}" if required else "is open to no role"
            raise PermissionDenied(f"the token has the role {role}; {method} {needed}")


def access(settings: ServiceSettings) -> Access:
    """What the settings say; raises as `TokensFile` does."""
    return Access(TokensFile(settings.tokens_file) if settings.tokens_file else None)


def report_open_doors(settings: ServiceSettings) -> None:
    """Says in the log, at a level that is always shown, what a server lacks that listens beyond loopback."""
    if is_loopback(settings.host):
        return
    if not settings.tls_cert:
        log.critical(
            "INSECURE: this server listens beyond loopback without TLS",
            host=settings.host,
            risk="calls, and tokens, can be read and changed on their way",
            remedy="set NAR_TLS_CERT and NAR_TLS_KEY, or let something in front speak TLS",
        )
    if not settings.tokens_file and not settings.tls_client_ca:
        log.critical(
            "INSECURE: this server listens beyond loopback and asks nobody who they are",
            host=settings.host,
            risk="whoever reaches the port may call everything",
            remedy="set NAR_TOKENS_FILE, or NAR_TLS_CLIENT_CA for mutual TLS",
        )
