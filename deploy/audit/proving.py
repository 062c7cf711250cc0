"""`govit audit prove` and `verify`: proofs to carry away, and their check offline."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.asking import DEFAULT_URL, AsJson, ServerUrl, ask, console, fail, get, write_json
from deploy.audit.subjects import event_of
from services.audit.bundle.verify import main as verified
from shared.eventstore.merkle import digest_of
from shared.eventstore.records import RecordedEvent
from shared.eventstore.verify import leaf_of
from shared.eventstore.wire import from_wire


def prove(
    event: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="服务:位置 或 服务:事件标识")
    ] = None,
    since: Annotated[
        Path | None, typer.Option(help="所留存的检查点文件：并取它与现在之间的一致性证明")
    ] = None,
    out: Annotated[Path, typer.Option(help="写入的目录")] = Path(),
    url: ServerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """取一个事件的包含证明，或一个旧检查点的一致性证明，连同经见证的检查点写成文件。"""
    if event is None and since is None:
        fail("请给出事件（如 approval:12），或以 --since 给出所留存的检查点文件")
    out.mkdir(parents=True, exist_ok=True)
    files: dict[str, Path] = {}
    if event is not None:
        files |= _inclusion(url, *event_of(event), out)
    if since is not None:
        files |= _consistency(url, since, out)
    if as_json:
        write_json({name: str(path) for name, path in files.items()})
        return
    for path in files.values():
        console.print(str(path), soft_wrap=True)
    options = " ".join(_options(files, since))
    console.print(f"离线核验：govit audit verify {options} --key 公钥", soft_wrap=True)


def _options(files: dict[str, Path], since: Path | None) -> list[str]:
    found = [f"--checkpoint {since}"] if since else []
    for name, option in (
        ("inclusion", "--proof"),
        ("consistency", "--consistency"),
        ("checkpoint", "--checkpoint"),
        ("new_checkpoint", "--checkpoint"),
    ):
        if name in files:
            found.append(f"{option} {files[name]}")
    return list(dict.fromkeys(found))


def _inclusion(url: str, service: str, place: str, out: Path) -> dict[str, Path]:
    position = int(place) if place.isdecimal() else _position(url, service, place)
    note = get(url, f"/audit/v1/checkpoints/{service}", {}).text
    _, size = _head_of(note, f"{service} 的检查点")
    if position > size:
        fail(f"{service} 的检查点只到 {size}，还不包括位置 {position}；请稍后再取")
    proof = ask(url, f"/{service}/v1/log/inclusion", {"position": position, "size": size})
    event = _event(url, service, position)
    if proof["leaf"] != _leaf(event, proof["hash"]):
        fail(f"{service}:{position} 的内容与其叶哈希不符：请以 govit verify {service} 核对")
    stem = f"{service}-{position}"
    return {
        "event": _written(out / f"{stem}.event.json", _page(event)),
        "inclusion": _written(out / f"{stem}.inclusion.json", _page(proof)),
        "checkpoint": _written(out / f"{service}-{size}.checkpoint.txt", note),
    }


def _consistency(url: str, kept: Path, out: Path) -> dict[str, Path]:
    try:
        old = kept.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        fail(f"{kept} 读不出；--since 要的是所留存的检查点文件")
    origin, first = _head_of(old, str(kept))
    logs = ask(url, "/audit/v1/checkpoints", {})["logs"]
    service = next((log["service"] for log in logs if log["origin"] == origin), None)
    if service is None:
        known = "、".join(log["origin"] for log in logs)
        fail(f"{kept} 是 {origin} 的检查点，本实例没有这个日志；有：{known}")
    note = get(url, f"/audit/v1/checkpoints/{service}", {}).text
    _, size = _head_of(note, f"{service} 的检查点")
    if first > size:
        fail(f"{kept} 已有 {first} 条，{service} 现在所示只有 {size} 条：日志被截短，请立即查明")
    proof = ask(url, f"/{service}/v1/log/consistency", {"from": first, "to": size})
    return {
        "consistency": _written(out / f"{service}-{first}-{size}.consistency.json", _page(proof)),
        "new_checkpoint": _written(out / f"{service}-{size}.checkpoint.txt", note),
    }


def _head_of(note: str, where: str) -> tuple[str, int]:
    """Origin and size of a checkpoint, its first two lines."""
    lines = note.splitlines()
    if len(lines) < 3 or not lines[1].isdecimal():
        fail(f"{where} 不是检查点（C2SP tlog-checkpoint）")
    return lines[0], int(lines[1])


def _position(url: str, service: str, event_id: str) -> int:
    found = ask(url, f"/audit/v1/events/{service}/{event_id}/explanation", {})
    return int(found["entry"]["position"])


def _event(url: str, service: str, position: int) -> dict[str, Any]:
    """The event as the service's feed gives it, text by text."""
    asked = {"after": position - 1, "limit": 1}
    events: list[dict[str, Any]] = ask(url, f"/{service}/v1/feed", asked)["events"]
    if not events or events[0]["position"] != position:
        fail(f"{service} 的日志没有位置 {position}")
    return events[0]


def _leaf(event: dict[str, Any], hash_name: str) -> str:
    """The leaf that the event's own text gives."""
    each = from_wire(event)
    row = RecordedEvent(
        each.stream_id,
        each.version,
        each.type,
        each.data,
        each.position,
        each.meta,
        each.event_id,
        each.schema_version,
        each.effective_on,
        each.recorded_at,
        each.leaf,
    )
    return leaf_of(row, digest_of(hash_name)).hex()


def _page(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def verify(context: typer.Context) -> None:
    """离线核验审计包或证明文件（不需要实例）；用法见 govit audit verify --help。"""
    raise typer.Exit(verified(context.args))
