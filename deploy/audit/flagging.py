"""`govit audit flags`: what deserves a closer look, with its arithmetic and its events."""

from typing import Annotated, Any

import typer
from rich.text import Text

from deploy.asking import DEFAULT_URL, AsJson, ServerUrl, ask, console, day, write_json
from deploy.audit.subjects import project_of

_PAGE = 200


def flags(
    rule: Annotated[str | None, typer.Option(help="只看一种红旗")] = None,
    project: Annotated[str | None, typer.Option(help="只看一个项目")] = None,
    unit: Annotated[str | None, typer.Option(help="只看一个单位（统一社会信用代码）")] = None,
    since: Annotated[str | None, typer.Option("--from", help="自该法定日期（含）")] = None,
    until: Annotated[str | None, typer.Option("--to", help="至该法定日期（含）")] = None,
    as_of: Annotated[str | None, typer.Option(help="截至的法定日期；不填为今天")] = None,
    url: ServerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """红旗：供审计核实的线索，各附定义、算式和所据事件；不是结论，有无都以 0 退出。"""
    asked = {
        "rule": rule,
        "project_id": project_of(project) if project else None,
        "unit_id": unit,
        "from": day(since) if since else None,
        "to": day(until) if until else None,
        "as_of": day(as_of) if as_of else None,
    }
    found = _all(url, {name: value for name, value in asked.items() if value is not None})
    if as_json:
        write_json(found)
    else:
        _show(found)


def _all(url: str, asked: dict[str, str]) -> dict[str, Any]:
    """Every page as one."""
    page = ask(url, "/audit/v1/flags", {**asked, "limit": _PAGE})
    items = [*page["items"]]
    while page["next"]:
        page = ask(url, "/audit/v1/flags", {**asked, "limit": _PAGE, "cursor": page["next"]})
        items += page["items"]
    return {**page, "items": items, "next": None}


def _show(found: dict[str, Any]) -> None:
    console.print(found["notice"], style="dim")
    for item in found["items"]:
        articles = "、".join(item["articles"])
        console.print(
            Text(f"{item['on']} {item['title']}", style="bold red").append(
                f"（{item['rule']}，第{articles}条）{'、'.join(item['unit_names'])}",
                style="default",
            )
        )
        console.print(f"  {item['arithmetic']}")
        for figure in item["figures"]:
            console.print(f"  {figure['label']} {figure['value']}")
        for event in item["events"]:
            console.print(
                f"  {event['on']} {event['label']} {event['service']}:{event['position']}",
                style="dim",
            )
    console.print(f"截至 {found['as_of']}，{len(found['items'])} 处")
