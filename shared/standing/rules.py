"""Rules by which one project tells on others, on its unit, or on its money, in article order."""

from datetime import date
from uuid import UUID

from shared.events.acceptance import MeasureKind
from shared.regulation.rule import Verdict, article, holds
from shared.standing.acceptance import AcceptanceStanding, AcceptanceStatus
from shared.standing.project import Finding, ProjectStanding, Standing


@article(
    12,
    row="12-1",
    says="完成数据归集后方可申报新增项目",
    remedy="完成数据归集，由市数字经济局解除限制；确需申报的，申请例外",
    mode="SOFT",
)
def data_collection_is_complete(unit: Standing) -> Verdict:
    flag = unit.uncollected
    return holds(flag is None, "数据归集未完成" if flag else "无数据归集限制", basis=[flag])


@article(
    30,
    row="30-1",
    says="暂停或终止的项目不再推进建设",
    remedy="暂停的，先取得恢复建设的文件；终止的，只办理结算和结余退回",
)
def construction_goes_on(project: ProjectStanding) -> Verdict:
    measure = next((m for m in project.measures if m.kind is MeasureKind.SUSPENSION), None)
    suspended = project.suspended or (measure.ref if measure else None)
    stopped = project.terminated or suspended
    text = "项目已终止" if project.terminated else "项目暂停建设" if suspended else "未暂停或终止"
    return holds(stopped is None, text, basis=[stopped])


@article(
    32,
    row="32-1",
    says="未验收或验收不合格的项目不安排运行维护经费",
    remedy="先通过该项目的验收（购买服务项目以验收审核为准）",
)
def operation_money_needs_a_passed_acceptance(acceptance: AcceptanceStanding) -> Verdict:
    status = acceptance.status
    return holds(
        status is AcceptanceStatus.PASSED,
        f"项目{status.label}",
        basis=[acceptance.ref],
        acceptance=status.value,
    )


_BARRING = frozenset({AcceptanceStatus.OVERDUE, AcceptanceStatus.FAILED})


@article(
    32,
    row="32-2",
    says="有项目逾期未验收或验收不合格的单位不得新增项目",
    remedy="先通过所列项目的验收，或取得延期",
)
def no_project_bars_the_unit(unit: Standing) -> Verdict:
    # A terminated project can never pass, nor has it a due date any more (第三十条).
    going = {i: p for i, p in unit.projects.items() if p.terminated is None}
    barring = {i: p.acceptance for i, p in going.items() if p.acceptance.status in _BARRING}
    listed = "；".join(f"{i}{acceptance.status.label}" for i, acceptance in barring.items())
    return holds(
        not barring, f"限制新增的项目：{listed or '无'}", basis=[a.ref for a in barring.values()]
    )


@article(
    33,
    row="33-2",
    says="上一年度被认定未按要求共享或重复采集数据的单位，本年度不批准其其他新建、改建、扩建项目",
    remedy="限制期满后再申报；认定有误的，请市数字经济局撤销",
)
def no_sharing_violation_bars_other_projects(
    unit: Standing, project_id: UUID | None, on: date
) -> Verdict:
    found = [
        finding
        for other, project in unit.projects.items()
        if other != project_id
        for finding in _of_last_year(project, on.year)
    ]
    return _barred_by(found, on.year)


@article(
    33,
    row="33-2",
    says="上一年度被认定未按要求共享或重复采集数据的项目，本年度不安排运行维护经费",
    remedy="限制期满后再安排；认定有误的，请市数字经济局撤销",
)
def no_sharing_violation_bars_operation_money(
    project: ProjectStanding, budget_year: int
) -> Verdict:
    return _barred_by(_of_last_year(project, budget_year), budget_year)


@article(
    33,
    row="33-2",
    says="上一年度被认定未按要求共享或重复采集数据的项目，本年度不新增政务云资源",
    remedy="限制期满后再申请；认定有误的，请市数字经济局撤销",
)
def no_sharing_violation_bars_cloud_resources(project: ProjectStanding, on: date) -> Verdict:
    return _barred_by(_of_last_year(project, on.year), on.year)


def _of_last_year(project: ProjectStanding, year: int) -> list[Finding]:
    return [f for f in project.sharing if f.on.year == year - 1]


def _barred_by(found: list[Finding], year: int) -> Verdict:
    listed = "；".join(f"{f.on}{f.label}" for f in found)
    return holds(
        not found,
        f"{year - 1}年的数据共享问题认定：{listed or '无'}",
        basis=[f.ref for f in found],
        not_before=date(year + 1, 1, 1),
        year=year,
    )


@article(
    47,
    row="47-3",
    says="暂缓安排投资计划的项目不安排资金",
    remedy="完成整改，由作出处理的部门解除",
)
def investment_is_not_deferred(project: ProjectStanding) -> Verdict:
    deferring = [m for m in project.measures if m.kind is MeasureKind.INVESTMENT_DEFERRED]
    return holds(
        not deferring,
        "暂缓安排投资计划" if deferring else "未暂缓安排投资计划",
        basis=[m.ref for m in deferring],
    )


@article(
    51,
    row="51-1",
    says="有项目不符合密码和网络安全要求或存在重大隐患的单位，不得新建、改建、扩建信息系统",
    remedy="完成整改，由认定的部门销号",
)
def no_security_finding_bars_the_unit(unit: Standing) -> Verdict:
    return _open(tuple(f for p in unit.projects.values() for f in p.security))


@article(
    51,
    row="51-1",
    says="不符合密码和网络安全要求或存在重大隐患的项目，不安排运行维护经费",
    remedy="完成整改，由认定的部门销号",
)
def no_security_finding_bars_operation_money(project: ProjectStanding) -> Verdict:
    return _open(project.security)


def _open(findings: tuple[Finding, ...]) -> Verdict:
    listed = "；".join(f"{f.on}{f.label}" for f in findings)
    return holds(
        not findings, f"未销号的安全问题：{listed or '无'}", basis=[f.ref for f in findings]
    )
