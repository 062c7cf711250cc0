"""内容: the files of a bundle, made of events as recorded and of the logs they stand in."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.audit.bundle import verify
from services.audit.bundle.facts import Facts
from services.audit.bundle.readme import readme
from services.audit.bundle.report import Printer, reported
from services.audit.bundle.tree import PackedTree
from shared.events.sealing import texts_in_data, texts_in_meta
from shared.eventstore.keys import provided
from shared.eventstore.merkle import digest_of
from shared.eventstore.records import RecordedEvent
from shared.regulation.pack import Pack
from shared.web.feed import LogHead

Scope = dict[str, str]
"""What a bundle is about: a project, or a range of days."""

_VERIFIER = Path(verify.__file__)


class FollowedLog(NamedTuple):
    """One service's log as followed up to the head it stated, or up to a checkpoint of it."""

    service: str
    head: LogHead
    leaves: Iterable[bytes]
    note: str | None = None
    """The signed checkpoint of that size, cosigned where there is a witness; None: nobody did."""


class Maker(NamedTuple):
    """What a bundle is made with beside the record."""

    pack: Pack
    """By which bodies have names, and texts are known to be marked as classified."""
    printer: Printer
    keys: Sequence[str] = ()
    """Verifier keys of the logs and of the witness, as vkey strings."""


def project_scope(project_id: UUID) -> Scope:
    return {"project_id": str(project_id)}


def range_scope(first: date, last: date) -> Scope:
    return {"from": first.isoformat(), "to": last.isoformat()}


def files(
    project_id: UUID,
    events: Iterable[tuple[str, RecordedEvent]],
    logs: Iterable[FollowedLog],
    maker: Maker,
) -> dict[str, bytes]:
    """Every file of a project's bundle by name; events, with their service, in causal order."""
    rows, facts = list(events), Facts(maker.pack, with_history=True)
    told = [event_of(service, row) for service, row in rows]
    for service, row in rows:
        facts.add(service, row)
    counts = facts.events
    paths: dict[tuple[str, int], bytes] = {}
    heads, notes = [], dict[str, bytes]()
    for log in logs:  # one after the other, so that the leaves of one only are in memory
        tree = PackedTree(digest_of(log.head.hash), log.leaves)
        heads.append(log_of(log, tree, counts[log.service]))
        notes |= note_files(log)
        for service, row in rows:
            if service == log.service:
                paths[service, row.position] = proof_of(service, row.position, tree)
    scope = project_scope(project_id)
    bundle = {
        "events.ndjson": b"".join(map(verify.line, told)),
        "proofs.ndjson": b"".join(paths[service, row.position] for service, row in rows),
        "texts.ndjson": b"".join(texts_of(service, row) for service, row in rows),
        "decisions.ndjson": verify.decisions_of(told),
        "documents.json": verify.documents_of(told),
        "logs.json": logs_file(scope, heads),
        **notes,
        **key_file(maker),
    }
    return sealed(bundle, scope, facts, maker)


def event_of(service: str, row: RecordedEvent) -> dict[str, Any]:
    """A line of events.ndjson."""
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


def texts_of(service: str, row: RecordedEvent) -> bytes:
    """A line of texts.ndjson; none where nothing of the event is sealed."""
    keys = provided(row)
    if not keys:
        return b""
    (key,) = keys.values()
    return verify.line(
        {
            "service": service,
            "position": row.position,
            "key": None if key is None else b64encode(key.secret).decode(),
            "data": texts_in_data(row.data, row.event_id, keys),
            "meta": texts_in_meta(row.meta, row.event_id, keys),
        }
    )


def opened(secret: bytes, nonce: bytes, closed: bytes, bound: bytes) -> bytes | None:
    """As the verifier opens a seal, in a hundredth of the time."""
    try:
        return AESGCM(secret).decrypt(nonce, closed, bound)
    except InvalidTag:
        return None


def proof_of(service: str, position: int, tree: PackedTree) -> bytes:
    """A line of proofs.ndjson."""
    path = [node.hex() for node in tree.path(position - 1)]
    return verify.line({"service": service, "position": position, "path": path})


def log_of(log: FollowedLog, tree: PackedTree, events: int) -> dict[str, Any]:
    """What logs.json says of a log."""
    return {
        "service": log.service,
        "origin": log.head.origin,
        "hash": log.head.hash,
        "size": log.head.position,
        "root": tree.root().hex(),
        "stated_root": log.head.root,
        "events": events,
    }


def logs_file(scope: Scope, logs: Sequence[Mapping[str, Any]]) -> bytes:
    return verify.page({"format": verify.FORMAT, "scope": scope, "logs": list(logs)})


def note_files(log: FollowedLog) -> dict[str, bytes]:
    return {} if log.note is None else {verify.note_of(log.service): log.note.encode()}


def key_file(maker: Maker) -> dict[str, bytes]:
    content = "".join(f"{key}\n" for key in maker.keys)
    return {verify.KEYS: content.encode()} if content else {}


def sealed(
    bundle: Mapping[str, bytes], scope: Scope, facts: Facts, maker: Maker
) -> dict[str, bytes]:
    """A bundle in memory with its verifier, its report on itself, and the sums of all."""
    rest = closing(verify.held(trial(bundle)), scope, facts, maker)
    whole = {**bundle, **rest}
    return {**whole, verify.SUMS: sums_of(verify.held(whole))}


def trial(bundle: Mapping[str, bytes]) -> dict[str, bytes]:
    """A bundle as far as it goes before its report: enough for the verifier to read it."""
    due = {name: b"" for name in verify.COMMON if name not in bundle}
    whole = {**bundle, **due}
    return {**whole, verify.SUMS: sums_of(verify.held(whole))}


def closing(files: verify.Held, scope: Scope, facts: Facts, maker: Maker) -> dict[str, bytes]:
    """README, verifier and report of a bundle, which is checked for it by its own verifier."""
    try:
        found: verify.Verdict | verify.Fault = verify.check(files, opened=opened)
    except verify.Fault as fault:
        found = fault
    report, printed = reported(scope, facts, found, maker.printer)
    signed = any(name.startswith("checkpoints/") for name in files.sizes)
    return {
        "README.txt": readme(scope, report["pdf"]["absent"], signed=signed).encode(),
        "verify.py": _VERIFIER.read_bytes(),
        "report.json": verify.page(report),
        **({} if printed is None else {"report.pdf": printed}),
    }


def sums_of(files: verify.Held) -> bytes:
    return verify.sums_of(files, sorted(files.sizes))
