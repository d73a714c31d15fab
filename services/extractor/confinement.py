"""What a child process gives up before it reads a foreign model: time, memory, files, network."""

from __future__ import annotations

import ctypes
import resource
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from services.extractor.seccomp import forbid_sockets_and_programs

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_OPEN_FILES = 256


@dataclass(frozen=True)
class Limits:
    """Bounds of one run.

    Attributes:
        seconds: wall-clock time.
        cpu_seconds: CPU time.
        memory_bytes: address space on top of what the process has when it starts.
        result_bytes: size of its answer.
    """

    seconds: float
    cpu_seconds: int
    memory_bytes: int
    result_bytes: int = 256 << 20


def confine(limits: Limits) -> bool:
    """Applies `limits` to this process for good. Writes to files fail, it dies with its parent, and it has no network.

    The network goes twice over: an empty network namespace where the kernel permits one, and a system call filter.

    Returns:
        Whether at least one of the two took the network away.

    """
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if sys.platform != "linux":
        return False
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    own_network = any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWUSER | _CLONE_NEWNET, _CLONE_NEWNET))
    return forbid_sockets_and_programs() or own_network
