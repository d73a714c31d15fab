"""Prometheus text on /metrics, and on /healthz whether the process is ready, for probes that speak no TLS."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from prometheus_client.exposition import choose_encoder

from services.runtime.metrics import REGISTRY
from services.runtime.settings import ServiceSettings
from services.runtime.telemetry import log

_SECONDS = 10.0


class _Handler(BaseHTTPRequestHandler):
    """Answers GET of the two paths; knows nothing that is secret."""

    is_ready: ClassVar[Callable[[], bool]]
    timeout = _SECONDS

    def do_GET(self) -> None:
        """One answer."""
        path = self.path.partition("?")[0]
        if path == "/metrics":
            encode, content_type = choose_encoder(self.headers.get("Accept", ""))
            self._answer(200, encode(REGISTRY), content_type)
        elif path == "/healthz":
            ready = type(self).is_ready()
            self._answer(200 if ready else 503, b"SERVING\n" if ready else b"NOT_SERVING\n", "text/plain")
        else:
            self._answer(404, b"there are /metrics and /healthz\n", "text/plain")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
        """Nothing: probes would fill the log."""

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def metrics_endpoint(settings: ServiceSettings, is_ready: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Answers while it lasts, in threads of its own; does nothing where no port is set.

    Raises:
        OSError: the port is taken.

    """
    if not settings.metrics_port:
        yield
        return
    handler = type("Handler", (_Handler,), {"is_ready": staticmethod(is_ready)})
    try:
        server = ThreadingHTTPServer((settings.metrics_host, settings.metrics_port), handler)
    except OSError as error:
        where = f"{settings.metrics_host}:{settings.metrics_port}"
        raise OSError(f"cannot listen on {where} for metrics: {error}") from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    log.info("metrics", address=f"{settings.metrics_host}:{settings.metrics_port}")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
