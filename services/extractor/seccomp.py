"""A system call filter (seccomp, Linux): no sockets, no new programs, no tracing.

It needs no privilege and cannot be undone.
The filter is a small BPF program; see the kernel's Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_GREATER_EQUAL = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4
_X32 = 0x40000000

# Audit number of the architecture, and its numbers of: socket, connect, execve, execveat, ptrace, io_uring_setup.
_ARCHITECTURES = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 425)),
}


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid_sockets_and_programs() -> bool:
    """Lets socket, connect, execve, ptrace and io_uring fail with EPERM in this process from now on.

    Returns:
        Whether the kernel took the filter; False on systems and processors that it is not written for.

    """
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES:
        return False
    code = _filter(*_ARCHITECTURES[platform.machine()])
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _filter(architecture: int, numbers: tuple[int, ...]) -> bytes:
    """The BPF program: refuses foreign architectures and the system calls `numbers`, allows all others."""
    refuse_at = 4 + len(numbers) + 1
    steps = [(_LOAD, 0, 0, _ARCHITECTURE_OFFSET), (_JUMP_EQUAL, 0, refuse_at - 2, architecture)]
    steps += [(_LOAD, 0, 0, _NUMBER_OFFSET), (_JUMP_GREATER_EQUAL, refuse_at - 4, 0, _X32)]
    steps += [(_JUMP_EQUAL, refuse_at - 5 - place, 0, number) for place, number in enumerate(numbers)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
