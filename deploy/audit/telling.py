"""显示: states, explanations and eligibility as a person reads them."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.audit.state import Phase

LABELS = {
    "phase": "阶段",
    "name": "名称",
    "unit_id": "项目单位",
    "declared_total": "申报金额",
    "plan_year": "计划年度",
    "project_code": "项目代码",
    "submission_digest": "报审材料摘要",
    "opinions": "意见",
    "approved_total": "批复总投资",
    "moved": "报备调整累计",
    "included": "列入预算",
    "contracted": "合同",
    "paid": "已支付",
    "returned": "已退回结余",
    "operation_included": "运维经费",
    "acceptance_due_on": "验收期限",
    "trial_earliest_end": "试运行最早届满",
    "overdue": "逾期未验收",
    "suspended": "暂停建设",
    "refusals": "不予受理次数",
    "events": "事件数",
    "projects": "项目",
    "restrictions": "限制和处理",
    "exceptions": "例外",
    "acceptance": "验收情况",
    "approved": "审定",
    "submitted": "报审",
    "listed": "列入",
    "lists": "清单",
    "number": "文号",
    "total": "投资额度",
    "supplementary": "增补清单",
    "priority_types": "重点类型",
    "unit_name": "单位名称",
}


def table(*headings: str) -> Table:
    """A table in the command line's style."""
    made = Table(expand=True, box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    return made


def mark(good: bool, yes: str = "成立", no: str = "不成立") -> Text:
    return Text(yes, style="green") if good else Text(no, style="bold red")


def said_of(value: object) -> str:
    """A value of a state in words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str) and value in Phase.__members__:
        return Phase(value).label
    if isinstance(value, list):
        return "、".join(map(said_of, value)) or "无"
    return "无" if value is None else str(value)


def show_state(console: Console, kind: str, answer: dict[str, Any]) -> None:
    """Print what a cut of a project, a unit or a year's lists adds up to."""
    if kind == "list":
        _show_lists(console, answer)
    elif kind == "unit":
        _show_unit(console, answer["state"])
    else:
        _show_fields(console, answer["state"])
        _show_backdated(console, answer["entries"])
    console.print(
        "反映到：" + "，".join(f"{s} 位置 {p}" for s, p in answer["positions"].items()),
        style="dim",
    )


def _show_fields(console: Console, state: dict[str, Any]) -> None:
    rows = table("项", "值")
    for name, value in state.items():
        if name in LABELS and value not in (None, [], False):
            rows.add_row(LABELS[name], said_of(value))
    console.print(rows)


def _show_backdated(console: Console, entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        if entry["backdated"]:
            console.print(
                f"补录：{entry['on']} 的{entry['label']}迟 {entry['backdated_days']} 日入库"
                f"（{entry['service']}:{entry['position']}）",
                style="yellow",
            )


def _show_unit(console: Console, state: dict[str, Any]) -> None:
    console.print(
        f"{state['name'] or '未登记'}：{state['events']} 个事件，"
        f"不予受理 {state['refusals']} 次，例外 {len(state['exceptions'])} 项"
    )
    rows = table("项目", "名称", "阶段", "验收情况", "批复总投资", "已支付")
    for each in state["projects"]:
        rows.add_row(
            each["project_id"],
            each["name"],
            said_of(each["phase"]),
            each["acceptance"],
            said_of(each["approved_total"]),
            each["paid"],
        )
    console.print(rows)
    for each in state["restrictions"]:
        whose = f"项目 {each['project_id']}" if each["project_id"] else "全单位"
        event = f"{each['event']['service']}:{each['event']['position']}"
        console.print(f"{each['since']} 起 {each['kind']}（{whose}，{event}）", style="red")


def _show_lists(console: Console, answer: dict[str, Any]) -> None:
    if not answer["lists"]:
        console.print(f"{answer['year']} 年尚无清单")
    for each in answer["lists"]:
        approved = each["approved"]
        when = f"{approved['on']} 审定" if approved else "尚未审定"
        console.print(f"{each['number']}：{each['submitted']['on']} 报审，{when}")
        rows = table("项目", "名称", "单位", "投资额度", "阶段")
        for project in each["projects"]:
            rows.add_row(
                project["project_id"],
                project["name"],
                project["unit_name"],
                said_of(project["total"]),
                said_of(project["phase"]),
            )
        console.print(rows)


def show_eligibility(console: Console, answer: dict[str, Any]) -> None:
    """Print whether something was allowed, and what stood against it."""
    verdict = Text("可以", style="green") if answer["allowed"] else Text("不可以", style="bold red")
    console.print(Text(f"{answer['on']} {answer['label']}：").append(verdict))
    for block in answer["blocks"]:
        console.print(f"第{block['article']}条（{block['rule']}）：{block['text']}")
        for source in block["sources"]:
            ref = source["ref"]
            console.print(
                f"  {source['on']} {source['label']} {ref['service']}:{ref['position']}",
                style="dim",
            )
