"""截面: what had been recorded when somebody asks as of then: by instant, by place in the logs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field

from shared.events import Recorded
from shared.web.settings import LOGS

_PLACE = rf"(?:{'|'.join(LOGS)}):[0-9]{{1,18}}"


class BeyondTheEnd(ValueError):
    """A cut names a place that a log or a stream has not reached."""


def _each_log_once(text: str) -> str:
    places_of(text)
    return text


Places = Annotated[
    str,
    Field(
        pattern=rf"^{_PLACE}(,{_PLACE}){{0,3}}$",
        examples=["registry:120,approval:88"],
    ),
    AfterValidator(_each_log_once),
]
"""Numbers by service, `registry:120,approval:88`; a service that is not named is not cut."""


def places_of(text: str | None) -> dict[str, int]:
    """The numbers by service; ValueError where one is named twice."""
    pairs = [each.partition(":") for each in text.split(",")] if text else []
    found = {service: int(number) for service, _, number in pairs}
    if len(found) != len(pairs):
        raise ValueError("每个服务只写一次")
    return found


@dataclass(frozen=True)
class Seen:
    """已入库: whether an event had been recorded; hashable, so that answers may be remembered."""

    known_at: datetime | None = None
    positions: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, known_at: datetime | None, positions: Mapping[str, int]) -> Self:
        return cls(known_at, tuple(sorted(positions.items())))

    def __call__(self, recorded: Recorded) -> bool:
        if self.known_at is not None and recorded.recorded_at > self.known_at:
            return False
        ref = recorded.ref
        return all(ref.service != name or ref.position <= reach for name, reach in self.positions)


EVERYTHING = Seen()
"""All that is on record."""


def within(positions: Mapping[str, int], reached: Mapping[str, int]) -> None:
    """BeyondTheEnd where a log has not reached a position."""
    for service, position in positions.items():
        if position > reached.get(service, 0):
            raise BeyondTheEnd(
                f"{service} 的日志只到位置 {reached.get(service, 0)}，没有 {position}"
            )


def positions_of(
    events: Iterable[Recorded], stream: str, versions: Mapping[str, int]
) -> dict[str, int]:
    """Where each log stood when a stream of it reached a version: right at that event.

    Version 0 is before its first event. BeyondTheEnd where it has not reached one.
    """
    found: dict[str, int] = {}
    for service, version in versions.items():
        places = {
            r.version: r.ref.position
            for r in events
            if r.ref.service == service and r.ref.stream == stream
        }
        if version > max(places, default=0):
            raise BeyondTheEnd(
                f"{service} 中 {stream} 只到版本 {max(places, default=0)}，没有 {version}"
            )
        if version:
            found[service] = places[version]
        elif places:
            found[service] = places[1] - 1
    return found
