"""What the children of test_sandbox.py do. Imported by them."""

import ctypes
import os
import socket
import time
from pathlib import Path


def echo(payload: bytes) -> bytes:
    return payload


def spin(payload: bytes) -> bytes:
    while True:
        pass


def sleep(payload: bytes) -> bytes:
    time.sleep(600)
    return payload


def allocate(payload: bytes) -> bytes:
    return bytes(len(bytearray(8 << 30)))


def crash(payload: bytes) -> bytes:
    return ctypes.string_at(0)


def fail(payload: bytes) -> bytes:
    raise ValueError("a bug")


def leave(payload: bytes) -> bytes:
    os._exit(0)


def write(payload: bytes) -> bytes:
    try:
        Path(payload.decode()).write_bytes(b"x")
    except OSError as error:
        return type(error).__name__.encode()
    return b"written"


def connect(payload: bytes) -> bytes:
    try:
        socket.create_connection(("127.0.0.1", int(payload)), timeout=2).close()
    except OSError as error:
        return type(error).__name__.encode()
    return b"connected"


def start_program(payload: bytes) -> bytes:
    try:
        os.execv("/bin/true", ["true"])
    except OSError as error:
        return type(error).__name__.encode()


def process_id(payload: bytes) -> bytes:
    return str(os.getpid()).encode()
