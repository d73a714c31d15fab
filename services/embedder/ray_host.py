"""A Ray cluster of one machine with the embedder on it: what `nar up --ray` runs instead of the plain server."""

from __future__ import annotations

import os
import signal
import tempfile
import threading

os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_DISABLE_IMPORT_WARNING="1")

import ray
from ray import serve

from services.embedder.ray_app import Arguments, ModelReplicas, build
from services.embedder.settings import EmbedderSettings
from services.runtime.telemetry import configure_logs, log

_NAME = "embedder"


def main(settings: EmbedderSettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="nar-ray-") as folder:
        # Loopback for all of Ray's own ports; its dashboard, whose job API knows no password, stays off.
        ray.init(
            _node_ip_address="127.0.0.1", include_dashboard=False, log_to_driver=True, _temp_dir=folder, num_cpus=4
        )
        # After Ray, which has handlers of its own.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        serve.start(proxy_location="Disabled")
        serve.run(build(arguments(settings).model_dump()), name=_NAME, route_prefix=None)
        log.info("deployed", replicas=settings.ray_replicas)
        stop.wait()
        serve.shutdown()
        ray.shutdown()


def arguments(settings: EmbedderSettings) -> Arguments:
    """The settings as arguments of the application; other weights are served beside the live ones."""
    models = {"current": ModelReplicas(weights=settings.weights, max_replicas=settings.ray_replicas)}
    models |= {f"other-{index}": ModelReplicas(weights=path) for index, path in enumerate(settings.other_weights)}
    chosen = settings.model_dump(include={"host", "port", "log_level", "log_format", "linger_seconds", "drain_seconds"})
    return Arguments(models=models, live="current", settings=chosen)


if __name__ == "__main__":
    parsed = EmbedderSettings.parse()
    configure_logs("embedder", parsed)
    main(parsed)
