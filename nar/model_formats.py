"""Tells by its first bytes a file that is never read, so that the answer says more than "parse error"."""

from nar.errors import UnsupportedSource

_ADVICE = "export the model to ONNX, or trace it with nar.trace(module, inputs)"
_MAGIC = (
    (b"PK\x03\x04", "a zip archive (.pt, .pth, .pt2 or .npz), which may hold pickled code"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (Keras)"),
    (b"GGUF", "a GGUF file, which holds weights but no graph"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x7fELF", "a program"),
)
_PICKLE_PROTOCOLS = range(2, 6)


def refuse_other_formats(head: bytes, name: str) -> None:
    """Raises UnsupportedSource when a file that starts with `head` (64 bytes do) is of a format that is not read."""
    kind = _other_format(head)
    if kind:
        raise UnsupportedSource(f"{name} is {kind}, not an ONNX model: {_ADVICE}", "source.onnx")


def _other_format(head: bytes) -> str:
    """What a file that starts with `head` is, or ""."""
    if not head:
        return "empty"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[0] == 0x80 and len(head) > 1 and head[1] in _PICKLE_PROTOCOLS:
        return "a pickle, which is never loaded because it can run code"
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite file"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 30:
        return "a safetensors file, which holds weights but no graph"
    if head.lstrip()[:1] in (b"{", b"<"):
        return "a text file"
    return ""
