"""Rules of the registry, in article order."""

from collections.abc import Mapping
from uuid import UUID

from services.registry.state import Project, ProjectList, Status, System, TakenCode, Unit
from shared.events.registry import (
    AnnualList,
    CodeAssignment,
    Declaration,
    ResourceCatalogue,
    ReviewResult,
    SharingType,
)
from shared.events.vocabulary import amount_of
from shared.regulation import Policy, Verdict, article, holds


@article(
    5, row="5-3", says="项目单位须先登记，并明确信息化工作机构", remedy="请市数字经济局登记该单位"
)
def unit_is_registered(unit: Unit) -> Verdict:
    return holds(unit.profile is not None, "单位已登记" if unit.profile else "单位尚未登记")


@article(
    5,
    row="5-3",
    says="同一单位只登记一次",
    remedy="核对统一社会信用代码；已登记的单位直接申报",
)
def unit_is_not_yet_registered(unit: Unit) -> Verdict:
    return holds(unit.profile is None, "单位已登记" if unit.profile else "单位尚未登记")


@article(
    9,
    row="9-1",
    says="项目所涉系统须纳入本单位的系统目录",
    remedy="先将系统编入系统目录，再以其条目申报",
)
def system_is_catalogued(system: System, declaration: Declaration) -> Verdict:
    entry = system.entry
    if entry is None:
        return holds(False, f"系统目录中没有条目{declaration.system_id}")
    return holds(
        entry.unit_id == declaration.unit_id,
        f"条目“{entry.name}”属于单位{entry.unit_id}",
        unit=declaration.unit_id,
    )


@article(9, row="9-1", says="系统须先编入系统目录", remedy="先由所属单位编目")
def system_has_an_entry(system: System) -> Verdict:
    return holds(system.entry is not None, "已编目" if system.entry else "系统目录中没有该系统")


@article(9, row="9-2", says="项目代码的区划须在清单内", remedy="核对投资平台赋码后重新填报")
def code_region_is_known(assignment: CodeAssignment, policy: Policy) -> Verdict:
    region = assignment.code.split("-")[1]
    return holds(region in policy.pack.divisions, f"代码区划为{region}", region=region)


@article(9, row="9-2", says="一个项目代码只属于一个项目", remedy="核对投资平台赋码后重新填报")
def code_is_not_taken(code: TakenCode, project_id: UUID) -> Verdict:
    return holds(
        code.project_id in {None, project_id},
        f"代码已属于项目{code.project_id}" if code.project_id else "代码未被占用",
    )


@article(10, row="10-1", says="协同县（市、区）须为本市辖区", remedy="核对行政区划代码")
def counties_are_of_the_city(declaration: Declaration, policy: Policy) -> Verdict:
    unknown = [c for c in declaration.county_codes if c not in policy.pack.divisions]
    return holds(not unknown, f"不在本市的区划：{'、'.join(unknown) or '无'}")


@article(
    11,
    row="11-1",
    says="有条件共享须写明条件，不予共享须有法律依据",
    remedy="补填 condition 或 citation",
)
def sharing_is_justified(catalogue: ResourceCatalogue) -> Verdict:
    bare = [
        r.code
        for r in catalogue.resources
        if (r.sharing is SharingType.CONDITIONAL and not r.condition)
        or (r.sharing is SharingType.NONE and not r.citation)
    ]
    return holds(not bare, f"缺少条件或依据的资源：{'、'.join(bare) or '无'}")


@article(
    15,
    row="15-1",
    says="申报次年度的项目；年度外申报须说明紧急理由",
    remedy="改为次年度，或填写 off_cycle",
)
def plan_year_is_next_year_or_off_cycle(declaration: Declaration, year: int) -> Verdict:
    off_cycle = declaration.off_cycle is not None and declaration.plan_year == year
    return holds(
        declaration.plan_year == year + 1 or off_cycle,
        f"{year}年申报{declaration.plan_year}年度项目{'（年度外）' if off_cycle else ''}",
        plan_year=declaration.plan_year,
    )


@article(16, row="16-2", says="技术方案材料齐全或说明不适用", remedy="补齐 materials 中的材料")
def technical_materials_are_complete(declaration: Declaration, policy: Policy) -> Verdict:
    given = {m.code for m in declaration.materials if m.document or m.not_applicable}
    missing = [m.label for m in policy.materials("declaration") if m.code not in given]
    return holds(not missing, f"缺少：{'、'.join(missing) or '无'}")


@article(16, row="16-3", says="各渠道资金之和等于投资额度", remedy="核对 sources 与 total")
def sources_sum_to_total(declaration: Declaration) -> Verdict:
    sources = amount_of(declaration.sources)
    return holds(
        sources == declaration.total,
        f"资金来源合计{sources}元，投资额度{declaration.total}元",
        sources=sources,
        total=declaration.total,
    )


@article(17, row="17-1", says="对已申报且未列入清单的项目集中审查", remedy="核对项目状态")
def project_awaits_review(project: Project) -> Verdict:
    awaiting = {Status.DECLARED, Status.INCLUDED, Status.DEFERRED, Status.REJECTED}
    label = project.status.label if project.status else "未申报"
    return holds(project.status in awaiting, f"项目状态为{label}")


@article(
    17,
    row="17-2",
    says="清单中的项目均经集中审查列入，且属于该年度",
    remedy="先完成集中审查，或从清单中去掉该项目",
)
def listed_projects_are_reviewed(content: AnnualList, projects: Mapping[UUID, Project]) -> Verdict:
    wrong = [
        str(project_id)
        for project_id, project in projects.items()
        if project.status is not Status.INCLUDED
        or project.declaration is None
        or project.declaration.plan_year != content.year
        or (project.review is not None and project.review.result is not ReviewResult.INCLUDE)
    ]
    return holds(not wrong, f"未经审查列入或年度不符的项目：{'、'.join(wrong) or '无'}")


@article(17, row="17-2", says="年度外项目列入增补清单", remedy="将 supplementary 设为 true")
def off_cycle_projects_are_supplementary(
    content: AnnualList, projects: Mapping[UUID, Project]
) -> Verdict:
    off_cycle = [str(i) for i, p in projects.items() if p.declaration and p.declaration.off_cycle]
    return holds(
        content.supplementary or not off_cycle, f"年度外项目：{'、'.join(off_cycle) or '无'}"
    )


@article(17, row="17-2", says="清单须先报审，且只审定一次", remedy="核对清单状态")
def list_awaits_approval(listed: ProjectList) -> Verdict:
    state = "未报审" if listed.list is None else "已审定" if listed.approved else "待审定"
    return holds(state == "待审定", f"清单{state}")


@article(17, row="17-2", says="清单未审定的项目方可撤回", remedy="已列入清单的项目不能撤回申报")
def project_is_not_listed(project: Project) -> Verdict:
    label = project.status.label if project.status else "未申报"
    open_ = project.status not in {None, Status.LISTED, Status.WITHDRAWN}
    return holds(open_, f"项目状态为{label}")


@article(20, row="20-1", says="信息资源目录属于已申报的项目", remedy="先申报项目")
def project_is_declared(project: Project) -> Verdict:
    declared = project.status not in {None, Status.WITHDRAWN}
    return holds(declared, "项目已申报" if declared else "项目未申报或已撤回")


@article(
    20,
    row="20-1",
    says="审核的是现行的无数据资源说明",
    remedy="先由项目单位说明本项目不产生数据资源",
)
def no_data_statement_awaits_approval(project: Project) -> Verdict:
    stated = project.resources is not None and project.resources.no_data_statement is not None
    awaiting = stated and not project.no_data_approved
    text = "说明待审核" if awaiting else "说明已审核" if stated else "没有无数据资源说明"
    return holds(awaiting, text)


@article(21, row="21-1", says="参建部门各不相同，且不含牵头部门", remedy="核对 participants")
def participants_are_distinct(declaration: Declaration) -> Verdict:
    units = [p.unit_id for p in declaration.participants]
    distinct = len(set(units)) == len(units) and declaration.unit_id not in units
    return holds(distinct, f"参建部门{len(units)}家")


@article(
    26,
    row="26-1",
    says="项目责任人为单位主要负责人",
    remedy="以登记的主要负责人为责任人",
)
def responsible_person_is_the_head(declaration: Declaration, unit: Unit) -> Verdict:
    head = unit.profile.head if unit.profile else ""
    return holds(
        declaration.responsible_person == head,
        f"申报的责任人为{declaration.responsible_person}，登记的主要负责人为{head or '（未登记）'}",
    )


@article(
    54,
    row="54-1",
    says="涉密项目不在本系统办理",
    remedy="按保密规定另行办理；本系统未保存所报内容",
)
def project_is_not_classified(declaration: Declaration) -> Verdict:
    return holds(not declaration.classified, "涉密项目" if declaration.classified else "非涉密")
