"""截面: how a request says as of when: what was true, what was known, how far the logs went."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query

from services.audit.cuts import BeyondTheEnd, Places, places_of, positions_of, within
from shared.events import Recorded
from shared.events.vocabulary import LegalDate
from shared.web.instant import Instant
from shared.web.problems import invalid


@dataclass(frozen=True)
class Cutting:
    """As of when; every part that is given narrows further."""

    valid_at: date | None = None
    known_at: datetime | None = None
    positions: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def places(self, reached: dict[str, int]) -> dict[str, int]:
        """How far the logs that are cut are read; ProblemError(422) beyond their ends."""
        try:
            within(self.positions, reached)
        except BeyondTheEnd as error:
            raise invalid("positions", str(error)) from None
        return self.positions

    def places_with_versions(
        self, reached: dict[str, int], events: Iterable[Recorded], stream: str
    ) -> dict[str, int]:
        """The same, and no further than where the subject's stream had reached a version."""
        places = self.places(reached)
        try:
            by_version = positions_of(events, stream, self.versions)
        except BeyondTheEnd as error:
            raise invalid("versions", str(error)) from None
        return {
            service: min(p[service] for p in (places, by_version) if service in p)
            for service in {*places, *by_version}
        }


ValidAt = Annotated[
    LegalDate | None, Query(title="法定日期", description="只看该日（含）以前发生的")
]
KnownAt = Annotated[Instant | None, Query(title="已知时刻", description="只看该时刻以前入库的")]
Positions = Annotated[
    Places | None,
    Query(
        title="日志位置",
        description="只看各日志到该位置（含）的，例如 registry:120,approval:88；未写的服务不限",
    ),
]
Versions = Annotated[
    Places | None,
    Query(
        title="流版本",
        description="只看到所问对象在各服务的流达到该版本时的，例如 approval:7；未写的服务不限",
    ),
]


async def cutting(
    valid_at: ValidAt = None, known_at: KnownAt = None, positions: Positions = None
) -> Cutting:
    """As of when, where the question is not about one stream."""
    return Cutting(valid_at, known_at, places_of(positions))


async def cutting_by_version(
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    positions: Positions = None,
    versions: Versions = None,
) -> Cutting:
    """As of when."""
    return Cutting(valid_at, known_at, places_of(positions), places_of(versions))


Cut = Annotated[Cutting, Depends(cutting)]
CutByVersion = Annotated[Cutting, Depends(cutting_by_version)]
