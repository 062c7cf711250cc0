"""期间审计包: all that the logs recorded in a range of days, written file by file.

Days are those on which events were recorded, in Asia/Shanghai: a log records in the order of its
positions, so a range is a run of positions, and the events beside the run show that it is whole.
Only one page of events and the leaves of one log are in memory at a time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from services.audit.bundle import verify
from services.audit.bundle.archive import archive_folder
from services.audit.bundle.contents import (
    FollowedLog,
    Maker,
    closing,
    event_of,
    key_file,
    log_of,
    logs_file,
    note_files,
    proof_of,
    range_scope,
    sums_of,
    texts_of,
)
from services.audit.bundle.facts import Facts
from services.audit.bundle.tree import PackedTree
from shared.eventstore.inbox import Gap
from shared.eventstore.merkle import digest_of
from shared.eventstore.records import RecordedEvent
from shared.kernel.dates import legal_date
from shared.web.feed import LogHead

PAGE = 500

Rows = Callable[[str, int, int], Sequence[RecordedEvent]]
"""Events of a service beyond a position, at most so many."""

Leaves = Callable[[str, int], Sequence[bytes]]
"""The leaves of a service's first so many events."""

Progress = Callable[[int, int], None]
"""Told how many events of how many are written; it raises to give up."""


class Source(NamedTuple):
    """Where the events of a bundle come from."""

    rows: Rows
    leaves: Leaves
    heads: Mapping[str, tuple[LogHead, str | None]]
    """Of each log, in the order of a project's life, the head and its signed checkpoint."""


class Run(NamedTuple):
    """The positions of one log that a bundle holds: the first, and the last."""

    first: int
    last: int

    @property
    def events(self) -> int:
        return self.last - self.first + 1


def write(
    folder: Path,
    out: Path,
    days: tuple[date, date],
    source: Source,
    maker: Maker,
    progress: Progress,
) -> None:
    """Make the bundle's files in a folder, check them there, and pack them.

    Gap where the service's own copy of a log has a hole.
    """
    scope = range_scope(*days)
    runs = {
        service: _run(source, service, head.position, days)
        for service, (head, _) in source.heads.items()
    }
    total = sum(run.events for run in runs.values())
    facts, heads, written = Facts(maker.pack), list[dict[str, Any]](), 0
    progress(0, total)
    with (
        (folder / "events.ndjson").open("wb") as events,
        (folder / "proofs.ndjson").open("wb") as proofs,
        (folder / "texts.ndjson").open("wb") as texts,
    ):
        for service, (head, note) in source.heads.items():
            run = runs[service]
            tree = PackedTree(digest_of(head.hash), source.leaves(service, head.position))
            for row in _rows(source, service, run):
                events.write(verify.line(event_of(service, row)))
                proofs.write(proof_of(service, row.position, tree))
                texts.write(texts_of(service, row))
                facts.add(service, row)
                written += 1
                if written % PAGE == 0:
                    progress(written, total)
            log = FollowedLog(service, head, (), note)
            heads.append(log_of(log, tree, run.events))
            _put(folder, note_files(log))
    progress(total, total)
    _put(folder, {"logs.json": logs_file(scope, heads), **key_file(maker)})
    _put(folder, dict.fromkeys((*verify.COMMON, verify.SUMS), b""), only_new=True)
    _seal(folder, scope, facts, maker)
    archive_folder(folder, verify.load(folder).sizes, out)


def _seal(folder: Path, scope: dict[str, str], facts: Facts, maker: Maker) -> None:
    """The report on the files as they are now on disk, and the sums of all."""
    _put(folder, {verify.SUMS: _sums(folder)})
    _put(folder, closing(verify.load(folder), scope, facts, maker))
    _put(folder, {verify.SUMS: _sums(folder)})


def _sums(folder: Path) -> bytes:
    held = verify.load(folder)
    rest = {name: size for name, size in held.sizes.items() if name != verify.SUMS}
    return sums_of(held._replace(sizes=rest))


def _put(folder: Path, files: Mapping[str, bytes], *, only_new: bool = False) -> None:
    for name, content in files.items():
        path = folder / name
        if not (only_new and path.exists()):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)


def _run(source: Source, service: str, size: int, days: tuple[date, date]) -> Run:
    """The events of the range, and the one before and the one after it where there are any."""
    first = _first_from(source, service, size, lambda day: day >= days[0])
    beyond = _first_from(source, service, size, lambda day: day > days[1])
    return Run(max(first - 1, 1), min(beyond, size))


def _first_from(source: Source, service: str, size: int, late: Callable[[date], bool]) -> int:
    """The first position recorded late enough; one beyond the log where there is none."""
    low, high = 1, size + 1
    while low < high:
        middle = (low + high) // 2
        rows = source.rows(service, middle - 1, 1)
        if not rows or rows[0].position != middle:
            raise Gap(f"{service}: position {middle} is not kept")
        low, high = (low, middle) if late(legal_date(rows[0].recorded_at)) else (middle + 1, high)
    return low


def _rows(source: Source, service: str, run: Run) -> Iterator[RecordedEvent]:
    reached = run.first - 1
    while reached < run.last:
        page = source.rows(service, reached, min(PAGE, run.last - reached))
        for row in page:
            reached += 1
            if row.position != reached:
                raise Gap(f"{service}: position {reached} is not kept")
            yield row
        if not page:
            raise Gap(f"{service}: position {reached + 1} is not kept")
