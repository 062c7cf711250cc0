"""时间线: a project's history, and the integrity report, as a person reads them."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.audit.state import Phase

_SERVICE = {"registry": "登记", "approval": "审批", "budget": "预算", "acceptance": "验收"}
_STYLE = {"registry": "cyan", "approval": "green", "budget": "yellow", "acceptance": "magenta"}
_FIELDS = {
    "declared_total": "申报金额",
    "approved_total": "批复总投资",
    "moved": "报备调整累计",
    "included": "列入预算",
    "contracted": "合同",
    "paid": "已支付",
    "returned": "已退回结余",
    "operation_included": "运维经费",
    "acceptance_due_on": "验收期限",
    "refusals": "不予受理次数",
}


def show_history(console: Console, history: dict[str, Any]) -> None:
    """Print the timeline and the state it adds up to."""
    state = history["state"]
    console.print(f"{state['name'] or history['project_id']}：{len(history['entries'])} 步")
    table = Table(expand=True, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("步", justify="right", style="dim", no_wrap=True)
    table.add_column("法定日期", no_wrap=True)
    table.add_column("服务", no_wrap=True)
    table.add_column("条", no_wrap=True)
    table.add_column("事项", ratio=1, overflow="fold")
    table.add_column("办理", justify="right")
    for entry in history["entries"]:
        refused = entry["type"] == "RequestRefused"
        what = Text(entry["label"], style="bold red" if refused else _STYLE[entry["service"]])
        if entry["summary"] != entry["label"]:
            what.append(f"  {entry['summary']}", style="default")
        if entry["backdated"]:
            what.append("  补录", style="yellow")
        by_unit = entry["actor"]["body"] in {"UNIT", "SYSTEM"}
        table.add_row(
            str(entry["step"]),
            entry["on"],
            _SERVICE[entry["service"]],
            entry["article"],
            what,
            _who(entry) if by_unit else f"{entry['body_name']} {_who(entry)}",
        )
    console.print(table)
    figures = [f"{label} {state[key]}" for key, label in _FIELDS.items() if state[key] is not None]
    paused = "（暂停建设）" if state["suspended"] else ""
    console.print(f"状态：{Phase(state['phase']).label}{paused}；{'；'.join(figures)}")
    console.print(
        "反映到：" + "，".join(f"{s} 位置 {p}" for s, p in history["positions"].items()),
        style="dim",
    )


def _who(entry: dict[str, Any]) -> str:
    actor = entry["actor"]
    delegation = actor.get("delegation")
    return f"{actor['name']}（受{delegation['name']}委托）" if delegation else str(actor["name"])


def show_integrity(console: Console, report: dict[str, Any]) -> None:
    """Print what was hashed again, log by log."""
    for log in report["logs"]:
        mark = "[green]一致[/green]" if log["intact"] else f"[red]{log['reason']}[/red]"
        console.print(
            f"{log['service']:<11}{log['position']:>6} 条  根 {log['root'][:16]}…  {mark}"
        )
