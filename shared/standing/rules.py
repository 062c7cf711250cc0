"""Rules by which one project tells on others, on its unit, or on its money, in article order."""

from datetime import date
from typing import Protocol
from uuid import UUID

from shared.events.acceptance import MeasureKind
from shared.events.registry import TerminationRequirement
from shared.kernel.actor import EventRef
from shared.regulation.rule import Verdict, article, holds
from shared.standing.acceptance import AcceptanceStanding, AcceptanceStatus
from shared.standing.project import Finding, ProjectStanding, Standing
from shared.standing.registration import Registration


class Ending(Protocol):
    """A system as far as it has to stop, or has stopped (第八条)."""

    @property
    def requirement(self) -> TerminationRequirement | None: ...
    @property
    def required(self) -> EventRef | None: ...
    @property
    def stopped_on(self) -> date | None: ...
    @property
    def stopped(self) -> EventRef | None: ...


class ToStop(Protocol):
    """A system, or a project with one, as far as it has to stop (第八条)."""

    @property
    def to_stop(self) -> EventRef | None: ...


class Managed(Protocol):
    """A system, or a project with one, as far as GAB manages it (第八条)."""

    @property
    def asset(self) -> EventRef | None: ...


class Catalogued(Protocol):
    """A project as far as its system is entered in the catalogue (第九条)."""

    @property
    def system_id(self) -> UUID | None: ...
    @property
    def declared(self) -> EventRef | None: ...
    @property
    def catalogued(self) -> EventRef | None: ...
    @property
    def stopped(self) -> EventRef | None: ...


@article(
    8,
    row="8-0",
    says="限期停用或已停用的系统不再申报项目",
    remedy="改以归并到或替代的系统申报；停用要求有误的，请市数字经济局撤销",
)
def system_goes_on(system: Ending) -> Verdict:
    required, stopped = system.requirement, system.stopped_on
    text = "系统未被要求停用"
    if stopped is not None:
        text = f"系统已于{stopped}停用"
    elif required is not None:
        text = f"系统须在{required.terminate_by}以前停用，替代为“{required.replacement}”"
    goes_on = required is None and stopped is None
    return holds(goes_on, text, basis=[system.required, system.stopped])


@article(
    8,
    row="8-0",
    says="应停止运行的系统不再安排运维经费",
    remedy="停止该系统的运行；确需保留的，先由市数字经济局撤回停用要求",
)
def system_may_go_on_running(system: ToStop) -> Verdict:
    stop = system.to_stop
    return holds(stop is None, "系统应停止运行" if stop else "系统没有停用要求", basis=[stop])


@article(
    8,
    row="8-(8)",
    says="原项目验收合格后方可改造升级",
    remedy="先通过原项目的验收；法律法规有明确规定或确有理由的，可申请例外",
    mode="SOFT",
)
def base_project_is_accepted(base_project_id: UUID | None, base: AcceptanceStanding) -> Verdict:
    return holds(
        base_project_id is None or base.status is AcceptanceStatus.PASSED,
        f"原项目{base_project_id}{base.status.label}"
        if base_project_id
        else "没有登记在案的原项目",
        basis=[base.ref],
    )


@article(
    8,
    row="8-(10)",
    says="系统纳入固定资产、软件资产管理后，方可运维、改建、扩建和升级",
    remedy="请市机关事务局确认资产登记；法律法规有明确规定或确有理由的，可申请例外",
    mode="SOFT",
)
def system_is_under_asset_management(system: Managed, *, exists: bool = True) -> Verdict:
    asset = system.asset
    return holds(
        not exists or asset is not None,
        f"系统{'已' if asset else '未'}纳入资产管理" if exists else "不涉及已有系统",
        basis=[asset],
    )


@article(
    9,
    row="9-4",
    says="系统未纳入目录或已停止运行的，不安排自行建设、购买服务和运维经费",
    remedy="先将项目所涉系统编入系统目录；已停止运行的系统不再安排经费",
)
def system_of_the_money_is_catalogued(project: Catalogued) -> Verdict:
    entered = project.catalogued is not None
    found = "已停止运行" if project.stopped else f"{'已' if entered else '未'}纳入系统目录"
    return holds(
        entered and project.stopped is None,
        f"系统{project.system_id}{found}" if project.system_id else "项目未申报，没有系统目录条目",
        basis=[project.declared, project.catalogued, project.stopped],
    )


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
    12,
    row="12-2",
    says="不能共享但确有必要建设的，批复前经领导小组批准",
    remedy="报领导小组审核批准",
    mode="GATE",
)
def unshared_project_is_approved_by_the_leading_group(
    registration: Registration, approved: EventRef | None
) -> Verdict:
    return holds(
        not registration.shares_nothing or approved is not None,
        f"{registration.scope}，领导小组{'已' if approved else '未'}批准",
        basis=[registration.catalogued, approved],
    )


@article(
    20,
    row="20-1",
    says="信息资源目录是审批的必备条件",
    remedy="先编制信息资源目录；不产生数据资源的，其说明先经市数字经济局审核同意",
)
def resource_catalogue_is_present(registration: Registration) -> Verdict:
    present = registration.catalogued is not None
    return holds(
        present,
        f"已编制信息资源目录，或无数据资源说明已经同意；{registration.scope}"
        if present
        else "没有信息资源目录，也没有经同意的无数据资源说明",
        basis=[registration.catalogued],
    )


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


@article(
    32,
    row="32-1",
    says="正式运行的政务云资源只安排给验收合格的项目，试运行资源不受此限",
    remedy="先通过验收（购买服务项目以验收审核为准）；试运行所需的，用途填 TRIAL",
)
def production_cloud_needs_a_passed_acceptance(
    status: str, *, passed: bool, ref: EventRef | None = None, production: bool = True
) -> Verdict:
    use = "正式运行" if production else "试运行"
    return holds(not production or passed, f"用途{use}，验收情况：{status}", basis=[ref])


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
