"""期间审计包: all that was recorded in some days and nothing else, whole and the same each time."""

import itertools
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.bundle import verify
from services.audit.bundle.ranged import PAGE, Source, write
from services.audit.bundle.verify import COMMON, SUMS, check, held, line, page, sums_of
from shared.eventstore.inbox import Gap
from shared.kernel.dates import legal_date
from shared.web.settings import LOGS
from tests.audit.bundles import Rows, head_of, maker, ranged, replace, rows, unpacked

EVERY = timedelta(hours=9)
LOGGED = rows(every=EVERY)
DAYS = sorted({legal_date(row.recorded_at) for log in LOGGED.values() for row in log})
few = settings(deadline=None, max_examples=25)
some_day = st.dates(DAYS[0] - timedelta(days=3), DAYS[-1] + timedelta(days=3))


def within(days: tuple[date, date], logs: Rows = LOGGED) -> list[tuple[str, int]]:
    return [
        (service, row.position)
        for service in LOGS
        for row in logs[service]
        if days[0] <= legal_date(row.recorded_at) <= days[1]
    ]


def told(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(each) for each in files["events.ndjson"].splitlines()]


@few
@given(some_day, some_day)
def test_it_holds_what_was_recorded_then_and_one_event_beside(one: date, other: date) -> None:
    days = (min(one, other), max(one, other))
    files = unpacked(ranged(LOGGED, days))
    assert sorted(files) == sorted((*COMMON, SUMS))
    verdict = check(files)
    inside = [e for e in told(files) if days[0].isoformat() <= verify.day_of(e)]
    inside = [e for e in inside if verify.day_of(e) <= days[1].isoformat()]
    assert [(e["service"], e["position"]) for e in inside] == within(days)
    assert verdict.within == len(inside)
    assert 0 <= verdict.events - verdict.within <= 2 * len(LOGS)


def test_made_twice_it_is_the_same() -> None:
    days = (DAYS[2], DAYS[8])
    once, again = ranged(LOGGED, days), ranged(LOGGED, days)
    assert once == again
    assert once != ranged(LOGGED, (DAYS[3], DAYS[8]))


def test_logs_without_events_and_days_without_events_are_bundles_too() -> None:
    empty: Rows = {service: [] for service in LOGS}
    assert check(unpacked(ranged(empty, (DAYS[0], DAYS[-1])))).events == 0
    before = (DAYS[0] - timedelta(days=30), DAYS[0] - timedelta(days=20))
    verdict = check(unpacked(ranged(LOGGED, before)))
    assert (verdict.within, verdict.events) == (0, len(LOGS))
    after = (DAYS[-1] + timedelta(days=20), DAYS[-1] + timedelta(days=30))
    verdict = check(unpacked(ranged(LOGGED, after)))
    assert (verdict.within, verdict.events) == (0, len(LOGS))


def forged_at_an_edge(drop: Callable[[list[dict[str, Any]]], dict[str, Any]]) -> tuple[str, int]:
    """Leave one event out with its proof, count anew, and sum anew; where that is found."""
    days = (DAYS[3], DAYS[6])
    files = unpacked(ranged(LOGGED, days))
    events = told(files)
    gone = drop(events)
    number = events.index(gone)
    proofs = files["proofs.ndjson"].splitlines(keepends=True)
    logs = json.loads(files["logs.json"])
    next(log for log in logs["logs"] if log["service"] == gone["service"])["events"] -= 1
    files = {name: content for name, content in files.items() if name != SUMS} | {
        "events.ndjson": b"".join(line(e) for e in events if e is not gone),
        "proofs.ndjson": b"".join(p for n, p in enumerate(proofs) if n != number),
        "logs.json": page(logs),
    }
    with pytest.raises(verify.Fault) as found:
        check(files | {SUMS: sums_of(held(files), sorted(files))})
    where = found.value.where
    assert (where.service, where.position) == (gone["service"], gone["position"])
    return gone["service"], gone["position"]


@pytest.mark.parametrize("service", LOGS)
def test_the_events_beside_it_show_that_nothing_is_missing_at_its_ends(service: str) -> None:
    """With the last event beside it gone the one before it is at the end, inside the days."""
    forged_at_an_edge(lambda events: [e for e in events if e["service"] == service][-1])


def test_a_range_that_says_it_is_another_is_not_valid() -> None:
    files = unpacked(ranged(LOGGED, (DAYS[3], DAYS[6])))
    logs = json.loads(files["logs.json"])
    for scope in (
        {"from": DAYS[1].isoformat(), "to": DAYS[6].isoformat()},
        {"from": DAYS[3].isoformat(), "to": DAYS[9].isoformat()},
    ):
        moved = {n: c for n, c in files.items() if n != SUMS}
        moved |= {"logs.json": page({**logs, "scope": scope})}
        with pytest.raises(verify.Fault, match="the event is missing"):
            check(moved | {SUMS: sums_of(held(moved), sorted(moved))})


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"from": "2026-05-06"},
        {"from": "2026-05-06", "to": "2026-05-05"},
        {"from": "2026-5-6", "to": "2026-05-07"},
        {"from": "2026-02-30", "to": "2026-05-07"},
        {"from": "2026-05-06", "to": "2026-05-07", "project_id": "x"},
        {"project_id": "x"},
        {"project_id": 7},
        [],
        None,
    ],
)
def test_a_scope_of_another_form_is_not_read(scope: object) -> None:
    files = unpacked(ranged(LOGGED, (DAYS[3], DAYS[6])))
    logs = json.loads(files["logs.json"])
    with pytest.raises(verify.Fault, match=r"logs\.json"):
        check(files | {"logs.json": page({**logs, "scope": scope})})


def many(count: int) -> Rows:
    """A log of as many events, all alike but for their place; leaves need not fit here."""
    sample = LOGGED["budget"][0]
    return {
        "budget": [
            replace(sample, id=n, recorded_at=sample.recorded_at + timedelta(seconds=n))
            for n in range(1, count + 1)
        ]
    }


def test_events_are_read_page_by_page_and_progress_is_told(tmp_path: Path) -> None:
    logs, asked, progress = many(3 * PAGE + 7), [], []
    head = head_of("budget", logs["budget"], verify_hash())
    (tmp_path / "files").mkdir()

    def page_of(service: str, after: int, limit: int) -> list[Any]:
        asked.append(limit)
        return logs[service][after : after + limit]

    source = Source(
        page_of, lambda service, upto: [r.leaf for r in logs[service]], {"budget": (head, None)}
    )
    days = (date(2000, 1, 1), date(2099, 12, 31))
    write(
        tmp_path / "files",
        tmp_path / "out.zip",
        days,
        source,
        maker(),
        lambda written, of: progress.append((written, of)),
    )
    assert max(asked) == PAGE
    total = 3 * PAGE + 7
    assert progress == [(n, total) for n in (0, PAGE, 2 * PAGE, 3 * PAGE, total)]


def verify_hash() -> Any:
    from shared.eventstore.merkle import HashName

    return HashName.SM3


def test_a_hole_in_what_was_followed_is_a_gap(tmp_path: Path) -> None:
    log = LOGGED["budget"]
    head = head_of("budget", log, verify_hash())
    for number, gone in enumerate((1, len(log) // 2, len(log))):
        kept = [row for row in log if row.position != gone]

        def rows_of(service: str, after: int, limit: int, kept: list[Any] = kept) -> list[Any]:
            return list(itertools.islice((r for r in kept if r.position > after), limit))

        source = Source(rows_of, lambda s, n: [r.leaf for r in log], {"budget": (head, None)})
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(Gap):
            write(
                folder,
                tmp_path / "out.zip",
                (date(2000, 1, 1), date(2099, 12, 31)),
                source,
                maker(),
                lambda written, of: None,
            )
