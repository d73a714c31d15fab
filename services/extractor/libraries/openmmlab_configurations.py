"""The configurations that OpenMMLab's packages carry, one for each model that they describe.

Many differ in data, schedule or weights alone. To tell this from thousands of files in seconds, none is run: what
counts is the text of the statements that `model` is made of, without what no forward pass uses.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from services.extractor.libraries.openmmlab_stand_ins import install

# Entries of a model's configuration that leave its forward pass as it is. A data set's number of classes is one: the
# same model for two data sets is named once.
_UNUSED = frozenset(
    "asso_loss attributes bbox_coder data_preprocessor init_cfg loss loss_bbox loss_cfg loss_cls loss_decode loss_iou "
    "loss_mask loss_module loss_obj loss_weight num_classes pretrained test_cfg train_cfg".split()
)

# A target generator is another model, whose weights are the point of it.
_OF_WEIGHTS = ("edvr_pretrained", "pretrained", "pretrained_cfg", "spynet_pretrained", "target_generator")

_REFERENCE = re.compile(r"\{\{\s*(_base_\.[\w.]+)\s*\}\}")
"""A variable of a base, in a spelling that is no Python."""


def folder(package: str) -> Path:
    """Where `package` keeps its configurations."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / ".mim" / "configs"


def names(package: str) -> list[str]:
    """Paths of the configurations of `package` without ".py": of equal ones the shortest."""
    root = folder(package)
    first: dict[str, str] = {}
    found = (path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.py"))
    for name in sorted(found, key=lambda name: ("/_base_" in name, len(name), name)):
        if not name.startswith("_base_/"):
            key = _key(root / f"{name}.py")
            if key:
                first.setdefault(key, name)
    return sorted(first.values())


def read(package: str, name: str) -> Any:
    """The configuration `name`, its model without weights to load."""
    install()
    from mmengine.config import Config

    configuration = Config.fromfile(str(folder(package) / f"{name}.py"))
    configuration.model = without_weights(configuration.model)
    return configuration


def find(configuration: Any, *keys: str) -> Any:
    """The first value that stands under one of `keys` at any depth, None if none does."""
    items = configuration.items() if isinstance(configuration, dict) else enumerate(configuration)
    for key, value in items:
        if key in keys:
            return value
        found = find(value, *keys) if isinstance(value, (dict, list, tuple)) else None
        if found is not None:
            return found
    return None


def without_weights(configuration: Any) -> Any:
    """`configuration` with None for what names weights, and without what first fills them, at any depth."""
    if isinstance(configuration, dict):
        kept = {key: None if key in _OF_WEIGHTS else value for key, value in configuration.items() if key != "init_cfg"}
        return type(configuration)({key: without_weights(value) for key, value in kept.items()})
    if isinstance(configuration, (list, tuple)):
        return type(configuration)(without_weights(item) for item in configuration)
    return configuration


def _key(path: Path, wanted: frozenset[str] = frozenset({"model"})) -> str:
    """The statements of a file and of those it builds on that make the variables `wanted`."""
    statements, bases = _read(path)
    kept: list[str] = []
    needed, of_bases = set(wanted), set(wanted)
    for targets, used, asked, text in reversed(statements):
        if targets & needed and text:
            needed |= used
            of_bases |= asked
            kept.append(text)
    return "\n".join([*filter(None, (_key(base, frozenset(of_bases)) for base in bases)), *reversed(kept)])


Statement = tuple[frozenset[str], frozenset[str], frozenset[str], str]
"""Variables that it sets, variables that it reads, variables of bases that it reads, and its text."""


@cache
def _read(path: Path) -> tuple[tuple[Statement, ...], tuple[Path, ...]]:
    """Statements of a file in order, and the files that it builds on."""
    bases: list[Path] = []
    statements: list[Statement] = []
    text = path.read_text() if path.exists() else ""
    for statement in ast.parse(_REFERENCE.sub(r"\1", text)).body:
        targets = frozenset(_targets(statement))
        if "_base_" in targets and isinstance(statement, ast.Assign):
            constants = (node.value for node in ast.walk(statement.value) if isinstance(node, ast.Constant))
            bases += [_base(path, str(value)) for value in constants]
        elif targets:
            statements.append(_statement(statement, targets))
    return tuple(statements), tuple(bases)


def _base(path: Path, name: str) -> Path:
    """The file that `name` means in the file `path`: "../_base_/a.py", or "mmdet::a.py" of another package."""
    package, _, of_package = name.rpartition("::")
    if package and importlib.util.find_spec(package) is not None:
        return folder(package) / of_package
    # Of a package that is not here nothing is read.
    return (path.parent / name).resolve()


def _targets(statement: ast.stmt) -> Iterator[str]:
    """Variables that a statement sets, in part or whole."""
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for node in (node for target in targets for node in ast.walk(target)):
            if isinstance(node, ast.Name):
                yield node.id
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        # model.update(...)
        yield from (node.id for node in ast.walk(statement.value.func) if isinstance(node, ast.Name))


def _statement(statement: ast.stmt, targets: frozenset[str]) -> Statement:
    cleaned = _Cleaner().visit(statement)
    value = getattr(cleaned, "value", None)
    used = {node.id for node in ast.walk(cleaned) if isinstance(node, ast.Name)}
    asked = {
        node.attr
        for node in ast.walk(cleaned)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "_base_"
    }
    text = "" if _is_empty(value) else ast.unparse(cleaned)
    return targets, frozenset(used), frozenset(asked), text


def _is_empty(node: ast.AST | None) -> bool:
    """Whether it is `dict()`."""
    return isinstance(node, ast.Call) and not node.args and not node.keywords and ast.unparse(node.func) == "dict"


class _Cleaner(ast.NodeTransformer):
    """Leaves out entries of `dict(...)` and `{...}` that are _UNUSED or empty."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Without keywords that do not count."""
        self.generic_visit(node)
        node.keywords = [item for item in node.keywords if item.arg not in _UNUSED and not _is_empty(item.value)]
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        """Without keys that do not count."""
        self.generic_visit(node)
        items = [
            (key, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if not (isinstance(key, ast.Constant) and key.value in _UNUSED) and not _is_empty(value)
        ]
        node.keys, node.values = [key for key, _ in items], [value for _, value in items]
        return node
