"""旁: what a service does of itself besides answering, for as long as it runs."""

from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

__all__ = ["Beside", "part_of"]

T = TypeVar("T")


class Beside(Protocol):
    """Opened before the service begins, run beside it, and closed after."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def run(self) -> Coroutine[Any, Any, None]:
        """Go on for ever; whatever fails is tried again."""
        ...

    def faults(self) -> list[str]:
        """What keeps the service from being ready, in words."""
        ...


def part_of(parts: list[Beside], kind: type[T]) -> T:
    """The one of that kind."""
    return next(part for part in parts if isinstance(part, kind))
