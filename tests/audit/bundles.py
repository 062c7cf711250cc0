"""审计包 for tests: made of samples of events, with logs of their own, without a city."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID
from zipfile import ZipFile

from services.audit.bundle import FollowedLog, Maker, ReportPrinter, files
from services.audit.bundle.ranged import Source, write
from services.audit.history import in_causal_order
from shared.events import EVENTS, Meta, ProjectEvent, Recorded, decode
from shared.events.sealing import Key, Keys, sealed_data, sealed_meta
from shared.eventstore.decoding import decoded
from shared.eventstore.keys import hand, provided
from shared.eventstore.merkle import Frontier, HashName, digest_of
from shared.eventstore.records import RecordedEvent
from shared.eventstore.verify import leaf_of
from shared.regulation.decision import Decision
from shared.regulation.pack import installed
from shared.web.feed import LogHead
from shared.web.settings import LOGS
from tests.shared.events.samples import stored
from tests.support.given_when_then import OFFICER

SHIPPED = installed("511100").packs[0]

PROJECT, OTHER = UUID(int=0x70), UUID(int=0x71)
START = datetime(2026, 5, 6, 1, tzinfo=UTC)

Rows = dict[str, list[RecordedEvent]]


def rows(hash_name: HashName = HashName.SM3, every: timedelta = timedelta(seconds=25)) -> Rows:
    """Logs of the four services, in which the project's events stand among another's.

    Each decision rests on what was recorded in some service before it; clocks are not in step.
    """
    digest, made = digest_of(hash_name), Rows({service: [] for service in LOGS})
    last: dict[UUID, Recorded] = {}
    for number, (project, event) in enumerate(_events(), 1):
        log, event_id = made[type(event).service], UUID(int=number * 7919 % 1009)
        data, meta, keys = _written(number, event, _meta(number, event, last.get(project)))
        stream = f"project:{project}"
        skew = timedelta(seconds=-40 if type(event).service == "approval" else 0)
        row = RecordedEvent(
            stream,
            1 + sum(each.stream_id == stream for each in log),
            event.type,
            data,
            len(log) + 1,
            meta,
            event_id,
            event.schema_version,
            event.on,
            START + every * number + skew,
            b"",
        )
        hand(row, keys)
        row = replace(row, leaf=leaf_of(row, digest))
        log.append(row)
        last[project] = decoded(type(event).service, row)
    return made


_SEALED: dict[int, tuple[bytes, bytes, Key]] = {}


def _written(number: int, event: ProjectEvent, meta: Meta) -> tuple[bytes, bytes, Keys]:
    """Some events were recorded before there were seals, and some seals can be opened no more."""
    if number % 4 == 1:
        return event.to_bytes(), meta.to_bytes(), {}
    if number not in _SEALED:  # no two seals are the same, and bundles are compared
        event_id, key = UUID(int=number * 7919 % 1009), Key.new(f"project:{event.project_id}")
        sealed = sealed_data(event, event_id, key), sealed_meta(meta, event_id, key)
        _SEALED[number] = (*sealed, key)
    data, around, key = _SEALED[number]
    return data, around, {key.id: None if number % 8 == 3 else key}


def _events() -> Iterator[tuple[UUID, ProjectEvent]]:
    kept = [s for s in stored() if issubclass(EVENTS[s.type], ProjectEvent)]
    for number, sample in enumerate(kept[::2]):
        event = decode(sample.type, sample.version, sample.data)
        project = OTHER if number % 3 == 1 else PROJECT
        moved = event.model_copy(update={"project_id": project})
        assert isinstance(moved, ProjectEvent)
        yield project, moved


def _meta(number: int, event: ProjectEvent, before: Recorded | None) -> Meta:
    decision = Decision(
        decision_id=UUID(int=5000 + number),
        command="decided",
        accepted=True,
        policy="511100-2022@1",
        decided_on=event.on,
        checks=(),
        basis=(before.ref,) if before and number % 4 == 0 else (),
    )
    return Meta(
        actor=OFFICER,
        command="decided",
        policy="511100-2022@1",
        causation_id=str(before.ref.event_id) if before and number % 4 == 2 else "",
        decision_id=decision.decision_id,
        decision=None if number % 5 == 0 else decision,
    )


def maker(*keys: str, fonts: Path | None = None) -> Maker:
    """What bundles are made with: without fonts there are no pages."""
    return Maker(SHIPPED, ReportPrinter([fonts or Path("/nowhere")]), keys)


def bundled(
    logs: Rows,
    hash_name: HashName = HashName.SM3,
    *,
    notes: Mapping[str, str] | None = None,
    by: Maker | None = None,
) -> dict[str, bytes]:
    """The project's bundle out of these logs."""
    about = {
        (service, row.position): row
        for service, log in logs.items()
        for row in log
        if row.stream_id == f"project:{PROJECT}"
    }
    ordered = in_causal_order(decoded(at[0], row) for at, row in about.items())
    events = [(r.ref.service, about[r.ref.service, r.ref.position]) for r in ordered]
    followed = [
        FollowedLog(
            service,
            head_of(service, log, hash_name),
            [row.leaf for row in log],
            (notes or {}).get(service),
        )
        for service, log in logs.items()
    ]
    return files(PROJECT, events, followed, by or maker())


def ranged(
    logs: Rows,
    days: tuple[date, date],
    hash_name: HashName = HashName.SM3,
    *,
    notes: Mapping[str, str] | None = None,
    by: Maker | None = None,
) -> bytes:
    """The zip of a bundle of a range of days out of these logs."""
    source = Source(
        lambda service, after, limit: logs[service][after : after + limit],
        lambda service, upto: [row.leaf for row in logs[service][:upto]],
        {
            service: (head_of(service, log, hash_name), (notes or {}).get(service))
            for service, log in logs.items()
        },
    )
    with TemporaryDirectory() as folder:
        out = Path(folder, "bundle.zip")
        place = Path(folder, "files")
        place.mkdir()
        write(place, out, days, source, by or maker(), lambda written, of: None)
        return out.read_bytes()


def unpacked(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def restamped(logs: Rows, hash_name: HashName = HashName.SM3) -> Rows:
    """The logs with positions and leaves as if what is in them now had always been so."""
    digest = digest_of(hash_name)
    made: Rows = {}
    for service, log in logs.items():
        moved = [replace(row, id=number) for number, row in enumerate(log, 1)]
        made[service] = [replace(row, leaf=leaf_of(row, digest)) for row in moved]
    return made


def replace(row: RecordedEvent, **changed: Any) -> RecordedEvent:
    changed_row = dataclasses.replace(row, **changed)
    hand(changed_row, provided(row))
    return changed_row


def head_of(service: str, log: list[RecordedEvent], hash_name: HashName) -> LogHead:
    frontier = Frontier(digest_of(hash_name))
    for row in log:
        frontier.append(row.leaf)
    return LogHead(
        position=len(log),
        root=frontier.root().hex(),
        hash=hash_name,
        origin=f"govit/511100/{service}",
        clock="real",
    )


@cache
def sound() -> dict[str, bytes]:
    """A bundle in which nothing was changed."""
    return bundled(rows())
