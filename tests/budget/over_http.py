"""A project over HTTP: its money is sent; what other services know of it is put into their logs."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from shared.events import Event, Meta
from shared.eventstore.errors import VersionConflict
from shared.eventstore.log import EventLog
from shared.eventstore.records import Append, NewEvent
from tests.support.city import City
from tests.support.given_when_then import OFFICER

TODAY = date(2025, 9, 1)
"""The city's day."""

DIGEST = {"digest": f"sm3:{'0' * 64}"}

META = Meta(actor=OFFICER, command="given", policy="511100-2022@1").to_bytes()


@dataclass
class OneProject:
    """A project of a unit of its own, and its money over HTTP."""

    city: City
    unit: str
    id: uuid.UUID

    @property
    def path(self) -> str:
        return f"/budget/v1/projects/{self.id}"

    async def post(self, path: str, command: Any, *, by: str = "UNIT") -> httpx.Response:
        """Send a command by an officer of a body whom nobody else is."""
        unit = self.unit if by == "UNIT" else None
        return await self.city.post(f"{self.path}/{path}", command, by=by, unit=unit)

    async def made(self, path: str, command: Any, *, by: str = "UNIT") -> dict[str, Any]:
        return made(await self.post(path, command, by=by))

    async def record(self, service: str, *events: Event) -> None:
        """What another service has recorded of the project, in its log."""
        for event in events:
            await self._append(self.city.runtime(service).log, event)

    async def _append(self, log: EventLog, event: Event) -> None:
        names = {"project_id": self.id, "system_id": self.id, "unit_id": self.unit}
        known = {n: v for n, v in names.items() if n in type(event).model_fields}
        own = event.model_copy(update={"on": TODAY, **known})
        while True:
            row = NewEvent.of(
                stream_id=own.stream,
                version=len(log.stream(own.stream, 0)) + 1,
                event_id=uuid.uuid4(),
                type=own.type,
                schema_version=own.schema_version,
                data=own.to_bytes(),
                meta=META,
                effective_on=own.on,
            )
            try:
                await log.append(Append((row,)))
            except VersionConflict:  # that service has just reacted to something
                continue
            return


def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def broken(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 409, answer.text
    return {rule["rule"] for rule in answer.json()["rules"]}


def fields(answer: httpx.Response) -> set[str]:
    """The fields that a 422 names."""
    assert answer.status_code == 422, answer.text
    return {error["field"] for error in answer.json()["errors"]}
