"""Becomes a program that gets SIGTERM when its parent dies: `python exec_child.py PARENT_PID PROGRAM ARGUMENT…`.

A file of its own, run by path, so that it starts in milliseconds: the request to the kernel must be made in the child,
and code between fork and exec is not safe in a process with threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Asks the kernel for the signal, then replaces itself; the process id stays."""
    parent = int(arguments[0])
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        # The parent died before the request was made.
        sys.exit(1)
    os.execv(arguments[1], arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
