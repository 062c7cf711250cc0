"""`govit audit explain`: why an event is on record, and what was known when it was decided."""

from typing import Annotated, Any

import typer
from rich.text import Text

from deploy.asking import DEFAULT_URL, AsJson, ServerUrl, ask, console, fail, write_json
from deploy.audit.subjects import event_of
from deploy.audit.telling import mark, table


def explain(
    event: Annotated[
        str, typer.Argument(metavar="EVENT", help="服务:位置 或 服务:事件标识，如 approval:12")
    ],
    known: Annotated[
        bool, typer.Option("--known", help="并列出当时已入库的和后来才入库的")
    ] = False,
    url: ServerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """一个事件所据的决定：规则和算式、依据、政策、权限，并当即复核；复核不符时退出码为 1。"""
    service, place = event_of(event)
    found = ask(url, f"/audit/v1/events/{service}/{place}/explanation", {})
    knowledge = _knowledge(url, found["entry"]) if known else None
    if as_json:
        write_json({**found, "knowledge": knowledge} if known else found)
    else:
        _show(found)
        if knowledge:
            _show_knowledge(knowledge)
    recheck = found["recheck"]
    if recheck and not recheck["same"] and recheck["undecidable"] is None:
        raise typer.Exit(1)


def _knowledge(url: str, entry: dict[str, Any]) -> dict[str, Any]:
    kind, _, project = entry["stream"].partition(":")
    if kind != "project":
        fail(f"{entry['label']}不是某一项目的事件，没有 --known 可看；请给出该项目自身的事件")
    return ask(url, f"/audit/v1/projects/{project}/knowledge", {"known_before": entry["event_id"]})


def _show(found: dict[str, Any]) -> None:
    entry, actor = found["entry"], found["entry"]["actor"]
    console.print(
        Text(f"{entry['label']}", style="bold").append(
            f"  {entry['summary']}\n{entry['service']}:{entry['position']}  "
            f"法定日期 {entry['on']}  入库 {entry['recorded_at']}",
            style="default",
        )
    )
    if entry["backdated"]:
        console.print(f"补录：迟 {entry['backdated_days']} 日入库", style="yellow")
    power, policy = found["power"], found["policy"]
    by = f"依据第{power['article']}条" if power else "权限表中没有相应的权限"
    console.print(f"办理：{entry['body_name']} {actor['name']}，{by}；政策 {entry['policy']}")
    if policy:
        console.print(f"《{policy['title']}》", style="dim")
    rows = table("条", "规则", "要求", "实际情况与算式", "结果")
    for check in found["checks"]:
        stands = check["holds"] or bool(check.get("exempted_by"))
        rows.add_row(check["article"], check["rule"], check["says"], check["text"], mark(stands))
    console.print(rows)
    for each in found["basis"]:
        console.print(_told("依据", each) + f"  用于 {'、'.join(each['cited_by'])}")
    for each in found["decided_with"]:
        console.print(_told("同时", each))
    _show_recheck(found["recheck"])


def _told(what: str, event: dict[str, Any]) -> str:
    late = f"（迟 {event['backdated_days']} 日入库）" if event["backdated"] else ""
    return f"{what} {event['on']} {event['label']} {event['service']}:{event['position']}{late}"


def _show_recheck(recheck: dict[str, Any] | None) -> None:
    if recheck is None:
        console.print("复核：该事件没有决定记录")
    elif recheck["undecidable"]:
        console.print(f"复核：不能重作（{recheck['undecidable']}）", style="yellow")
    else:
        console.print(Text("复核：").append(mark(recheck["same"], "重作结果相同", "重作结果不同")))
        for each in recheck["mismatches"]:
            console.print(f"  {each['what']}：记录 {each['was']}；重作 {each['now']}")


def _show_knowledge(knowledge: dict[str, Any]) -> None:
    console.print(f"\n作出决定时（{knowledge['decided_at']}）已入库的：")
    rows = table("法定日期", "事项", "事件", "入库", "所见", "用于")
    for each in knowledge["known"]:
        read = {True: "是", False: "否", None: "不详"}[each["read"]]
        rows.add_row(
            each["on"],
            each["label"],
            f"{each['service']}:{each['position']}",
            each["recorded_at"],
            read,
            "、".join(each["cited_by"]),
        )
    console.print(rows)
    for each in knowledge["came_later"]:
        console.print(_told("后来才入库", each), style="yellow")
