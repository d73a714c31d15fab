"""Strips the weights from an ONNX file, so that only its topology is sent.

The file is memory-mapped and its protobuf wire format walked: values of large tensors are stepped over, never read, so
that a file of many gigabytes costs no more memory than its topology. What is dropped: the values of tensors above
`KEPT_BYTES`, and references to external data (the values would stand in another file; topology does not need them, and
without the reference the file is complete by itself). Names, types, shapes and small constants stay.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nar.errors import LimitExceeded, UnsupportedSource
from nar.model_formats import refuse_other_formats

KEPT_BYTES = 1024
"""Tensors whose values take at most so many bytes keep them: shapes, axes, scalars."""

MAX_BYTES = 64 << 20
"""Limit of a stripped file: that of ModelSource.onnx."""

_MAX_DEPTH = 60
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True)
class _Message:
    """Which fields of a message hold messages to walk into, and whether it is a tensor."""

    name: str
    children: dict[int, _Message] = field(default_factory=dict)


_TENSOR = _Message("TensorProto")
_SPARSE_TENSOR = _Message("SparseTensorProto", {1: _TENSOR, 2: _TENSOR})
_GRAPH = _Message("GraphProto")
_ATTRIBUTE = _Message(
    "AttributeProto", {5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE_TENSOR, 23: _SPARSE_TENSOR}
)
_NODE = _Message("NodeProto", {5: _ATTRIBUTE})
_GRAPH.children.update({1: _NODE, 5: _TENSOR, 15: _SPARSE_TENSOR})
_FUNCTION = _Message("FunctionProto", {7: _NODE, 11: _ATTRIBUTE})
_TRAINING = _Message("TrainingInfoProto", {1: _GRAPH, 2: _GRAPH})
_MODEL = _Message("ModelProto", {7: _GRAPH, 20: _TRAINING, 25: _FUNCTION})

_MODEL_GRAPH = 7
# float_data, int32_data, string_data, int64_data, raw_data, double_data, uint64_data.
_TENSOR_VALUES = frozenset((4, 5, 6, 7, 9, 10, 11))
# external_data, data_location.
_TENSOR_EXTERNAL = frozenset((13, 14))


def strip_file(path: Path) -> bytes:
    """The ONNX file at `path` without its weights.

    Raises:
        UnsupportedSource: it cannot be read, is no ONNX file, or is truncated.
        LimitExceeded: more than 64 MiB remain.

    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                raise UnsupportedSource(f"{path} is empty", "source.onnx")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
                return strip(view, str(path))
    except OSError as error:
        raise UnsupportedSource(f"{path} cannot be read: {error.strerror}", "source.onnx") from error


def strip(data: bytes | memoryview, name: str = "the ONNX model") -> bytes:
    """`data`, a serialised ModelProto, without its weights; `name` is how errors call it. Errors as in `strip_file`."""
    with memoryview(data) as view:
        refuse_other_formats(bytes(view[:64]), name)
        walk = _Walk(view, name)
        stripped = walk.message(_MODEL, 0, len(view))
        if not walk.has_graph:
            raise UnsupportedSource(f"{name} is not an ONNX model: it holds no graph", "source.onnx")
        return stripped


class _Walk:
    """One pass over one file."""

    def __init__(self, view: memoryview, name: str) -> None:
        self.view = view
        self.name = name
        self.has_graph = False
        self.kept = 0

    def message(self, message: _Message, start: int, end: int, depth: int = 0) -> bytes:
        """The bytes of a message at `start` to `end`, without weights."""
        if depth > _MAX_DEPTH:
            raise UnsupportedSource(f"{self.name} is not an ONNX model: nested too deeply", "source.onnx")
        if message is _TENSOR:
            return self._tensor(start, end)
        parts = bytearray()
        for number, wire_type, tag, value, stop in self._fields(start, end):
            child = message.children.get(number)
            if child is None:
                parts += self._keep(tag, stop)
                continue
            if wire_type != _LENGTH:
                raise UnsupportedSource(f"{self.name} is not an ONNX model: wrong type at byte {tag}", "source.onnx")
            self.has_graph |= message is _MODEL and number == _MODEL_GRAPH
            body = self.message(child, value, stop, depth + 1)
            parts += _varint(number << 3 | _LENGTH) + _varint(len(body)) + body
        return bytes(parts)

    def _tensor(self, start: int, end: int) -> bytes:
        """A tensor with its values only where they are few, and with no reference to external data."""
        description: list[tuple[int, int]] = []
        values: list[tuple[int, int]] = []
        value_bytes = 0
        for number, _, tag, _, stop in self._fields(start, end):
            if number in _TENSOR_VALUES:
                value_bytes += stop - tag
                if value_bytes <= KEPT_BYTES:
                    values.append((tag, stop))
            elif number not in _TENSOR_EXTERNAL:
                description.append((tag, stop))
        kept = description + values if value_bytes <= KEPT_BYTES else description
        return b"".join(self._keep(tag, stop) for tag, stop in kept)

    def _keep(self, start: int, end: int) -> bytes:
        """A copy of the bytes from `start` to `end`; counts them."""
        self.kept += end - start
        if self.kept > MAX_BYTES:
            raise LimitExceeded(
                f"{self.name} is larger than {MAX_BYTES >> 20} MiB even without its weights: it cannot be sent"
            )
        return bytes(self.view[start:end])

    def _fields(self, start: int, end: int) -> Iterator[tuple[int, int, int, int, int]]:
        """Number, wire type, start of the tag, start of the value and end of each field from `start` to `end`."""
        position = start
        while position < end:
            key, value = self._read_varint(position, end)
            number, wire_type = key >> 3, key & 7
            if wire_type == _VARINT:
                _, stop = self._read_varint(value, end)
            elif wire_type == _LENGTH:
                length, value = self._read_varint(value, end)
                stop = value + length
            elif wire_type in (_FIXED64, _FIXED32):
                stop = value + (8 if wire_type == _FIXED64 else 4)
            else:
                stop = -1
            if number == 0 or stop < 0:
                raise UnsupportedSource(f"{self.name} is not an ONNX model: garbage at byte {position}", "source.onnx")
            if stop > end:
                raise UnsupportedSource(f"{self.name} is truncated: byte {end} is the last of {stop}", "source.onnx")
            yield number, wire_type, position, value, stop
            position = stop

    def _read_varint(self, position: int, end: int) -> tuple[int, int]:
        """The number at `position` and the position behind it."""
        value = shift = 0
        while position < end and shift < 70:
            byte = self.view[position]
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, position
            shift += 7
        raise UnsupportedSource(f"{self.name} is truncated or not an ONNX model, at byte {position}", "source.onnx")


def _varint(value: int) -> bytes:
    """`value` in protobuf's variable-length encoding."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
