#!/usr/bin/env python3
"""核验: checks an audit bundle offline, and names the first place that is not as it should be.

    python verify.py [BUNDLE.zip | DIRECTORY]

Without an argument it checks the directory it lies in. Exit code 0: valid; 1: not valid; 2: there
is nothing to check. Needs Python 3.8 or later and nothing else: this one file is all there is.
"""

from __future__ import annotations

import hashlib
import heapq
import io
import json
import re
import struct
import sys
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    Event = dict[str, Any]  # a line of events.ndjson

FORMAT = "govit-audit-bundle/1"
SUMS = "SHA256SUMS"
CHECKED = ("decisions.ndjson", "documents.json", "events.ndjson", "logs.json")
NAMES = ("README.txt", *CHECKED, "verify.py")
FIELDS = (
    *("service", "position", "stream", "version", "event_id", "type", "schema_version"),
    *("data", "meta", "effective_on", "recorded_at", "leaf"),
)
NUMBERS = ("position", "version", "schema_version")
LARGEST = 1 << 29
"""Bytes that a file of a bundle may have when unpacked."""


class Fault(Exception):
    """What is not as it should be, and where: in Chinese, and in ASCII."""

    def __init__(self, where: tuple[str, str], chinese: str, english: str) -> None:
        self.chinese = f"{where[0]}：{chinese}"
        self.english = f"{where[1]}: {english}".encode("ascii", "backslashreplace").decode()
        super().__init__(self.english)


# -- hashes -------------------------------------------------------------------------------------

_SM3_START = (
    *(0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600),
    *(0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E),
)
_SM3_OF_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def _turned(word: int, by: int) -> int:
    by %= 32
    return (word << by | word >> 32 - by) & 0xFFFFFFFF


def _sm3_block(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    w = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _turned(w[j - 3], 15)
        w.append(x ^ _turned(x, 15) ^ _turned(x, 23) ^ _turned(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        a12 = _turned(a, 12)
        ss1 = _turned((a12 + e + _turned(constant, j)) & 0xFFFFFFFF, 7)
        ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
        gg = e ^ f ^ g if j < 16 else e & f | ~e & g
        tt1 = (ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
        tt2 = (gg + h + ss1 + w[j]) & 0xFFFFFFFF
        d, c, b, a = c, _turned(b, 9), a, tt1
        h, g, f, e = g, _turned(f, 19), e, tt2 ^ _turned(tt2, 9) ^ _turned(tt2, 17)
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h)))  # noqa: B905 - Python 3.8


def sm3_in_python(data: bytes) -> bytes:
    """SM3 (GB/T 32905-2016), for interpreters whose OpenSSL has none."""
    padding = b"\x80" + b"\x00" * ((55 - len(data)) % 64) + struct.pack(">Q", len(data) * 8)
    padded = data + padding
    state: tuple[int, ...] = _SM3_START
    for start in range(0, len(padded), 64):
        state = _sm3_block(state, padded[start : start + 64])
    return struct.pack(">8I", *state)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sm3() -> Callable[[bytes], bytes]:
    try:
        if hashlib.new("sm3", b"abc").hexdigest() == _SM3_OF_ABC:
            return lambda data: hashlib.new("sm3", data).digest()
    except ValueError:
        pass  # this interpreter's OpenSSL was built without SM3
    return sm3_in_python


DIGESTS: dict[str, Callable[[bytes], bytes]] = {"sm3": _sm3(), "sha256": sha256}


# -- leaves and paths ---------------------------------------------------------------------------

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{6})Z", re.ASCII)
_EPOCH = date(1970, 1, 1).toordinal()


def microseconds(instant: str) -> int:
    """Microseconds since 1970-01-01T00:00:00Z of an instant as events.ndjson writes it."""
    parts = _INSTANT.fullmatch(instant)
    if parts is None:
        raise ValueError("not an instant in UTC")
    days = date.fromisoformat(parts[1]).toordinal() - _EPOCH
    hours, minutes, seconds, fraction = (int(parts[n]) for n in range(2, 6))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("not a time of day")
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000_000 + fraction


def leaf_input(event: Event) -> bytes:
    """The bytes a leaf stands for: the layout's number, then ten fields with their lengths."""
    fields = (
        struct.pack(">q", event["position"]),
        struct.pack(">q", microseconds(event["recorded_at"])),
        event["stream"].encode(),
        struct.pack(">i", event["version"]),
        uuid.UUID(event["event_id"]).bytes,
        event["type"].encode(),
        struct.pack(">h", event["schema_version"]),
        event["data"].encode(),
        event["meta"].encode(),
        event["effective_on"].encode("ascii"),
    )
    return b"\x01" + b"".join(struct.pack(">I", len(field)) + field for field in fields)


def root_of(
    digest: Callable[[bytes], bytes], leaf: bytes, index: int, size: int, path: Iterable[bytes]
) -> bytes | None:
    """The root that an RFC 6962 audit path leads to; None where the tree has no such path."""
    node, last, left = leaf, size - 1, list(path)[::-1]
    while last:
        if index % 2 or index < last:
            if not left:
                return None
            beside = left.pop()
            node = digest(b"\x01" + (beside + node if index % 2 else node + beside))
        index, last = index // 2, last // 2
    return None if left else node


# -- what follows from the events ---------------------------------------------------------------


def line(content: Any) -> bytes:
    """A line of an .ndjson file; there is one way only to write the same content."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def page(content: Any) -> bytes:
    """A .json file, written so that people can read it, and in one way only."""
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _reference(event: Event) -> dict[str, Any]:
    return {name: event[name] for name in ("service", "position", "event_id")}


def decisions_of(events: Iterable[Event]) -> bytes:
    """decisions.ndjson: each decision with the events it led to; null where its record stands
    with an event about something else, such as the list that the project is on."""
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        meta = json.loads(event["meta"])
        decision = meta.get("decision")
        decision_id = decision["decision_id"] if decision else meta.get("decision_id")
        if decision_id is None:
            continue
        empty: dict[str, Any] = {"decision_id": decision_id, "events": [], "decision": None}
        entry = found.setdefault(decision_id, empty)
        entry["events"].append(_reference(event))
        entry["decision"] = entry["decision"] or decision
    return b"".join(map(line, found.values()))


def documents_of(events: Iterable[Event]) -> bytes:
    """documents.json: every document that an event refers to, and where in its data."""
    listed = [
        {
            "title": document["title"],
            "number": document.get("number"),
            "digest": document["digest"],
            "event": _reference(event),
            "at": at,
        }
        for event in events
        for at, document in _documents_in(json.loads(event["data"]), "")
    ]
    return page({"documents": listed})


def _documents_in(content: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(content, dict):
        if isinstance(content.get("title"), str) and isinstance(content.get("digest"), str):
            yield at, content
        for name, inner in content.items():
            yield from _documents_in(inner, f"{at}/{name}")
    elif isinstance(content, list):
        for number, inner in enumerate(content):
            yield from _documents_in(inner, f"{at}/{number}")


def sums_of(files: dict[str, bytes]) -> bytes:
    """SHA256SUMS, as `sha256sum -c` reads it."""
    return b"".join(f"{sha256(files[name]).hex()}  {name}\n".encode() for name in NAMES)


def in_causal_order(events: list[Event], ranks: dict[str, int]) -> list[Event]:
    """Causes before effects, and by recorded instant where neither caused the other."""
    known = {uuid.UUID(event["event_id"]): event for event in events}
    keys = {
        key: (microseconds(e["recorded_at"]), ranks[e["service"]], e["position"], key)
        for key, e in known.items()
    }
    waiting: dict[uuid.UUID, set[uuid.UUID]] = {}
    effects: dict[uuid.UUID, list[uuid.UUID]] = {}
    latest: dict[str, uuid.UUID] = {}
    for key in sorted(known, key=lambda k: keys[k][1:3]):
        service = known[key]["service"]
        waiting[key] = _causes(known[key]) & known.keys()
        if service in latest:
            waiting[key].add(latest[service])
        latest[service] = key
        for cause in waiting[key]:
            effects.setdefault(cause, []).append(key)
    ready = [keys[key] for key, causes in waiting.items() if not causes]
    heapq.heapify(ready)
    ordered = []
    while waiting:
        # A forged log can make causes go in a circle: its earliest event opens it.
        key = (heapq.heappop(ready) if ready else min(keys[k] for k in waiting))[3]
        del waiting[key]
        ordered.append(known[key])
        for effect in waiting.keys() & effects.get(key, ()):
            waiting[effect].discard(key)
            if not waiting[effect]:
                heapq.heappush(ready, keys[effect])
    return ordered


def _causes(event: Event) -> set[uuid.UUID]:
    meta = json.loads(event["meta"])
    causes = {uuid.UUID(meta["causation_id"])} if meta.get("causation_id") else set()
    basis = (meta.get("decision") or {}).get("basis", ())
    return causes | {uuid.UUID(reference["event_id"]) for reference in basis}


# -- the check ----------------------------------------------------------------------------------

_SERVICE = re.compile(r"[a-z]{1,30}")
_ORIGIN = re.compile(r"[!-~]{1,200}")
_HASH = re.compile(r"[0-9a-f]{64}")
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError, struct.error)
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, *_UNREADABLE)


class Log(NamedTuple):
    """What logs.json says of one service's log."""

    service: str
    origin: str
    hash: str
    size: int
    root: str
    stated_root: str
    paths: dict[int, list[str]]


class Verdict(NamedTuple):
    """What a valid bundle holds."""

    project_id: str
    logs: list[Log]
    events: list[Event]
    decisions: int
    documents: int

    @property
    def sandbox(self) -> bool:
        """Whether any event was recorded where the clock can be set."""
        return any(json.loads(e["meta"]).get("clock") == "sandbox" for e in self.events)


def _file(name: str) -> tuple[str, str]:
    return (name, name)


def _log(log: Log, position: int) -> tuple[str, str]:
    return (f"{log.service} 位置 {position}", f"{log.service} position {position}")


def _line(number: int, log: Log | None = None, position: int = 0) -> tuple[str, str]:
    places = [f"events.ndjson 第 {number} 行", f"events.ndjson line {number}"]
    if log is not None:
        found = _log(log, position)
        places = [f"{found[0]}（{places[0]}）", f"{found[1]} ({places[1]})"]
    return (places[0], places[1])


def check(files: dict[str, bytes]) -> Verdict:
    """What a bundle holds; Fault at the first thing that is not as it should be."""
    for name in (*NAMES, SUMS):
        if name not in files:
            raise Fault(_file(name), "缺少该文件", "the file is missing")
    project_id, logs = _logs(files["logs.json"])
    events = _events(files["events.ndjson"], logs)
    _all_there(events, logs)
    _in_order(events, logs)
    _without_gap(events, logs, f"project:{project_id}")
    _roots_as_stated(logs.values())
    for name, derived in (("decisions.ndjson", decisions_of), ("documents.json", documents_of)):
        try:
            due = derived(events)
        except _UNREADABLE:
            due = None
        if files[name] != due:
            raise Fault(_file(name), "与事件所载不符", "it is not what the events say")
    if files[SUMS] != sums_of(files):
        raise Fault(
            _file(SUMS), "有文件与校验和不符", "a file does not have the sum that is listed"
        )
    decisions = files["decisions.ndjson"].count(b"\n")
    documents = len(json.loads(files["documents.json"])["documents"])
    return Verdict(project_id, list(logs.values()), events, decisions, documents)


def _logs(content: bytes) -> tuple[str, dict[str, Log]]:
    try:
        told = json.loads(content)
        logs = [
            Log(
                service=each["service"],
                origin=each["origin"],
                hash=each["hash"],
                size=each["size"],
                root=each["root"],
                stated_root=each["stated_root"],
                paths={event["position"]: event["path"] for event in each["events"]},
            )
            for each in told["logs"]
        ]
        project_id = told["project_id"]
        sound = (
            told["format"] == FORMAT
            and page(told) == content
            and _is_uuid(project_id)
            and len({log.service for log in logs}) == len(logs)
            and all(map(_sound, logs))
            and sum(len(log.paths) for log in logs) == sum(len(e["events"]) for e in told["logs"])
        )
    except _UNREADABLE:
        sound = False
    if not sound:
        raise Fault(_file("logs.json"), "内容无法识别", f"not what {FORMAT} has")
    return project_id, {log.service: log for log in logs}


def _sound(log: Log) -> bool:
    return (
        _SERVICE.fullmatch(log.service) is not None
        and _ORIGIN.fullmatch(log.origin) is not None
        and log.hash in DIGESTS
        and all(type(number) is int and number >= 0 for number in (log.size, *log.paths))
        and all(type(path) is list for path in log.paths.values())
    )


def _is_uuid(text: str) -> bool:
    return str(uuid.UUID(text)) == text


def _events(content: bytes, logs: dict[str, Log]) -> list[Event]:
    """The events, each proven in its log."""
    events, seen = [], set()
    for number, text in enumerate(content.splitlines(keepends=True), 1):
        try:
            event = json.loads(text)
            sound = _as_written(event, text)
        except _UNREADABLE:
            sound = False
        if not sound or event["service"] not in logs:
            raise Fault(_line(number), "无法识别", "the line cannot be read as an event")
        log, position = logs[event["service"]], event["position"]
        where = _line(number, log, position)
        if (log.service, position) in seen:
            raise Fault(where, "重复出现", "it is there twice")
        _proven(event, log, where)
        events.append(event)
        seen.add((log.service, position))
    return events


def _as_written(event: Any, text: bytes) -> bool:
    """Whether a line is written in the one way there is, with all that a leaf is made of."""
    return (
        tuple(event) == FIELDS
        and line(event) == text
        and all(type(event[name]) is (int if name in NUMBERS else str) for name in FIELDS)
        and _is_uuid(event["event_id"])
        and len(leaf_input(event)) > 0
    )


def _proven(event: Event, log: Log, where: tuple[str, str]) -> None:
    digest, position = DIGESTS[log.hash], event["position"]
    leaf = digest(b"\x00" + leaf_input(event))
    if leaf.hex() != event["leaf"]:
        raise Fault(where, "内容与叶哈希不符", "the fields are not those of the leaf")
    path = log.paths.get(position)
    if path is None or not 1 <= position <= log.size:
        raise Fault(where, "没有包含证明", "there is no inclusion path")
    if not all(type(node) is str and _HASH.fullmatch(node) for node in path):
        raise Fault(where, "包含证明无法识别", "the inclusion path cannot be read")
    root = root_of(digest, leaf, position - 1, log.size, map(bytes.fromhex, path))
    if root is None or root.hex() != log.root:
        raise Fault(where, "包含证明不通向日志的根", "the inclusion path leads to another root")


def _all_there(events: list[Event], logs: dict[str, Log]) -> None:
    there = {(event["service"], event["position"]) for event in events}
    for log in logs.values():
        for position in log.paths:
            if (log.service, position) not in there:
                raise Fault(_log(log, position), "事件缺失", "the event is missing")


def _in_order(events: list[Event], logs: dict[str, Log]) -> None:
    try:
        due = in_causal_order(events, {service: rank for rank, service in enumerate(logs)})
    except _UNREADABLE:
        raise Fault(_file("events.ndjson"), "因果关系无法识别", "causes cannot be read") from None
    for number, event in enumerate(events, 1):
        if number > len(due) or event is not due[number - 1]:
            where = _line(number, logs[event["service"]], event["position"])
            raise Fault(where, "不在历史中应处的次序", "it is not where the history has it")


def _without_gap(events: list[Event], logs: dict[str, Log], stream: str) -> None:
    reached = dict.fromkeys(logs, 0)
    for number, event in enumerate(events, 1):
        service = event["service"]
        if event["stream"] != stream:
            continue
        due = reached[service] = reached[service] + 1
        if event["version"] != due:
            where = _line(number, logs[service], event["position"])
            raise Fault(where, f"此前缺少第 {due} 版", f"version {due} is missing before it")


def _roots_as_stated(logs: Iterable[Log]) -> None:
    for log in logs:
        empty = DIGESTS[log.hash](b"").hex()
        if not _HASH.fullmatch(log.root) or (log.size == 0 and log.root != empty):
            raise Fault(_log(log, log.size), "根无法识别", "the root cannot be read")
        if log.root != log.stated_root:
            raise Fault(
                _log(log, log.size),
                "审计服务重算的根与该服务所示的根不同",
                "the audit service computed another root than the service stated",
            )


# -- reading and telling ------------------------------------------------------------------------


def load(bundle: Path) -> dict[str, bytes]:
    """The files of a bundle; Fault where it is none, OSError where it cannot be read."""
    names = (*NAMES, SUMS)
    if bundle.is_dir():
        return {name: (bundle / name).read_bytes() for name in names if (bundle / name).is_file()}
    try:
        with zipfile.ZipFile(bundle) as archive:
            entries = archive.infolist()
            if sorted(entry.filename for entry in entries) != sorted(names):
                raise Fault(
                    _file(bundle.name), "所含文件不符", "it does not hold the files it should"
                )
            if any(e.file_size > LARGEST or e.compress_type not in _PACKED for e in entries):
                raise Fault(
                    _file(bundle.name), "过大或压缩方式不符", "too large, or packed otherwise"
                )
            return {entry.filename: archive.read(entry) for entry in entries}
    except _DAMAGED:
        raise Fault(_file(bundle.name), "压缩包已损坏", "the archive is damaged") from None


def told(verdict: Verdict) -> Iterator[str]:
    """What is said of a valid bundle, line by line."""
    held = (len(verdict.events), verdict.decisions, verdict.documents)
    yield f"有效：项目 {verdict.project_id}，事件 {held[0]}，决定 {held[1]}，文件 {held[2]}"
    yield (
        f"VALID: project {verdict.project_id}: "
        f"{held[0]} events, {held[1]} decisions, {held[2]} documents"
    )
    for log in verdict.logs:
        yield f"  {log.origin} size {log.size} {log.hash} root {log.root}"
    if verdict.sandbox:
        yield "注意：沙箱中的演练数据，不是正式记录"
        yield "NOTE: recorded in a sandbox whose clock can be set, not on the real record"


def main(arguments: list[str]) -> int:
    """Check one bundle and say what was found."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal may have no Chinese
        sys.stdout.reconfigure(errors="backslashreplace")
    bundle = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    if len(arguments) > 1 or not bundle.exists():
        sys.stdout.write("用法 / usage: python verify.py [BUNDLE.zip | DIRECTORY]\n")
        return 2
    try:
        lines, code = list(told(check(load(bundle)))), 0
    except Fault as fault:
        lines, code = [f"无效：{fault.chinese}", f"INVALID: {fault.english}"], 1
    except OSError as error:
        lines, code = [f"无法读取 / cannot be read: {error!a}"], 2
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
