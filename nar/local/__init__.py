"""The whole system on one machine, for `nar up`, the demo and the tests."""

from nar.local.ports import Ports
from nar.local.stack import LocalStack

__all__ = ["LocalStack", "Ports"]
