"""Every RPC of every proto has a role, and the role fits what the RPC does."""

import pkgutil
from importlib import import_module

from google.protobuf.descriptor_pb2 import MethodOptions

import nar.v1
from nar.security.tokens import Role
from services.runtime.access import REQUIRED


def roles_by_effect() -> dict[str, Role]:
    """What the protos say: RPCs without side effects only read."""
    found: dict[str, Role] = {}
    for module in pkgutil.iter_modules(nar.v1.__path__):
        if not module.name.endswith("_pb2"):
            continue
        for service in import_module(f"nar.v1.{module.name}").DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                is_read = method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
                found[f"/{service.full_name}/{method.name}"] = Role.READ if is_read else Role.WRITE
    return found


def test_every_rpc_stands_in_the_table_with_the_role_of_its_effects() -> None:
    assert len(REQUIRED) > 10
    assert dict(REQUIRED) == roles_by_effect()
