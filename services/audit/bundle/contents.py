"""内容: the files of a bundle, made of events as recorded and of the logs they stand in."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from services.audit.bundle import verify
from services.audit.bundle.readme import README
from shared.eventstore.inclusion import inclusion
from shared.eventstore.merkle import digest_of
from shared.eventstore.records import RecordedEvent
from shared.web.feed import LogHead

_VERIFIER = Path(verify.__file__)


class FollowedLog(NamedTuple):
    """One service's log as followed up to the head it stated, and the positions to be proven."""

    service: str
    head: LogHead
    leaves: Sequence[bytes]
    positions: Sequence[int]


def files(
    project_id: UUID, events: Iterable[tuple[str, RecordedEvent]], logs: Iterable[FollowedLog]
) -> dict[str, bytes]:
    """Every file of a project's bundle by name; events, with their service, in causal order."""
    told = [_event(service, row) for service, row in events]
    bundle = {
        "README.txt": README.encode(),
        "verify.py": _VERIFIER.read_bytes(),
        "events.ndjson": b"".join(map(verify.line, told)),
        "decisions.ndjson": verify.decisions_of(told),
        "documents.json": verify.documents_of(told),
        "logs.json": verify.page(
            {
                "format": verify.FORMAT,
                "project_id": str(project_id),
                "logs": [_log(log) for log in logs],
            }
        ),
    }
    return {**bundle, verify.SUMS: verify.sums_of(bundle)}


def _event(service: str, row: RecordedEvent) -> dict[str, Any]:
    recorded_at = row.recorded_at.astimezone(UTC).replace(tzinfo=None)
    return {
        "service": service,
        "position": row.position,
        "stream": row.stream_id,
        "version": row.version,
        "event_id": str(row.event_id),
        "type": row.type,
        "schema_version": row.schema_version,
        "data": row.data.decode(),
        "meta": row.meta.decode(),
        "effective_on": row.effective_on.isoformat(),
        "recorded_at": recorded_at.isoformat(timespec="microseconds") + "Z",
        "leaf": row.leaf.hex(),
    }


def _log(log: FollowedLog) -> dict[str, Any]:
    digest = digest_of(log.head.hash)
    root, paths = inclusion(digest, log.leaves, [position - 1 for position in log.positions])
    return {
        "service": log.service,
        "origin": log.head.origin,
        "hash": log.head.hash,
        "size": log.head.position,
        "root": root.hex(),
        "stated_root": log.head.root,
        "events": [
            {"position": index + 1, "path": [node.hex() for node in path]}
            for index, path in paths.items()
        ],
    }
