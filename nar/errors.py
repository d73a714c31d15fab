"""Everything that `nar` raises on purpose.

    NarError
    ├── InvalidInput               INVALID_ARGUMENT     the request is wrong; `field` names the part
    │   ├── InvalidGraph                                edges out of range, a cycle, columns of unequal length, no ops
    │   ├── InvalidFilter                               unknown field, operator or value
    │   └── UnsupportedSource                           pickle, external data, remote code, a truncated file
    ├── NotFound                   NOT_FOUND            no such architecture, job, collection or model version
    │   └── UnknownModel                                no library has it; `suggestions` has near names
    ├── LimitExceeded              RESOURCE_EXHAUSTED   too many bytes, ops, edges, seconds or too much memory
    ├── FailedPrecondition         FAILED_PRECONDITION  the state of the system does not allow it
    │   └── ExtractionFailed                            the model's own code, or its library, failed
    ├── Unauthenticated            UNAUTHENTICATED      no token came, or one that the service does not know
    ├── PermissionDenied           PERMISSION_DENIED    the token's role does not allow the call
    ├── Retryable                                       may go away; try again after `retry_after` seconds
    │   ├── Overloaded             RESOURCE_EXHAUSTED   a bounded queue is full
    │   └── Unavailable            UNAVAILABLE          a backend is down or not ready
    └── DeadlineExceeded           DEADLINE_EXCEEDED    the caller's time is over

A message says what was wrong, with which input, and what to do. `nar.status` maps the tree to gRPC and back.
"""


class NarError(Exception):
    """Base of all errors of this package."""


class InvalidInput(NarError):
    """The request is wrong. `field` is the path of the offending part, such as "source.onnx"; empty when unknown."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class InvalidGraph(InvalidInput):
    """A graph with edges out of range, a cycle, columns of unequal length, or no ops."""


class InvalidFilter(InvalidInput):
    """A filter with an unknown field, operator or value."""


class UnsupportedSource(InvalidInput):
    """A model in a form that is not read: pickle, ONNX with external data, remote code, a truncated file."""


class NotFound(NarError):
    """There is no such architecture, job, collection or model version."""


class UnknownModel(NotFound):
    """No installed library has a model of this name. `suggestions` holds near names, best first."""

    def __init__(self, message: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.suggestions = suggestions


class LimitExceeded(NarError):
    """A limit on bytes, ops, edges, seconds or memory was reached. Trying again does not help."""


class Retryable(NarError):
    """An error that may go away by itself. `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(Retryable):
    """A bounded queue is full."""


class Unavailable(Retryable):
    """A backend is down or not ready."""


class FailedPrecondition(NarError):
    """The state of the system does not allow it."""


class ExtractionFailed(FailedPrecondition):
    """The model's own code, or the library that defines it, failed while it was built or run."""


class Unauthenticated(NarError):
    """No token came with the call, or one that the service does not know."""


class PermissionDenied(NarError):
    """The role of the token does not allow the call."""


class DeadlineExceeded(NarError):
    """The time that the caller gave is over."""
