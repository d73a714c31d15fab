"""Module paths, where the exporter wrote them down."""

from __future__ import annotations

import ast

from onnx import NodeProto

_SCOPES = "pkg.torch.onnx.name_scopes"


def module_path(node: NodeProto) -> str:
    """Path of the module that made `node`, such as "layer1.0.conv1"; "" where there is none."""
    for entry in node.metadata_props:
        if entry.key == _SCOPES:
            return _from_list(entry.value)
    return _from_name(node.name)


def _from_list(text: str) -> str:
    """The scope before the last of "['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']"; the last is the op."""
    try:
        scopes = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ""
    return str(scopes[-2]) if isinstance(scopes, list) and len(scopes) > 1 else ""


def _from_name(name: str) -> str:
    """Path in "/layer1/layer1.0/conv1/Conv" ("layer1.0.conv1"): a child of a list repeats the path of its parent."""
    if not name.startswith("/"):
        return ""
    path: list[str] = []
    for scope in name.split("/")[1:-1]:
        if path and scope.startswith(f"{path[-1]}."):
            path[-1] = scope
        else:
            path.append(scope)
    return ".".join(path)
