"""Rules for what is declared, in article order."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.registry.state import Project, RegisteredPlan, Status, TakenCode, Unit
from shared.events.registry import (
    CodeAssignment,
    CountyProject,
    Declaration,
    SystemCategory,
)
from shared.events.vocabulary import amount_of
from shared.regulation import Policy, Verdict, article, broken, holds


@article(
    2,
    row="2-1",
    says="属于六类政务信息化项目之一，并写明依据；基础设施类另写明细类",
    remedy="属于六类的，补填 scope_basis，核对 category、sub_category；不属于的，另按规定办理",
)
def project_is_in_scope(declaration: Declaration) -> Verdict:
    category, kind = declaration.category, declaration.sub_category
    basis, detailed = declaration.scope_basis, category is SystemCategory.INFRASTRUCTURE
    fits = category is not SystemCategory.OUT_OF_SCOPE and (kind is not None) == detailed
    named = f"，细类为{kind.label}" if kind else ""
    return holds(
        fits and basis is not None,
        f"{category.label}{named}，{'已' if basis else '未'}写明依据",
    )


@article(9, row="9-2", says="项目代码的区划须在清单内", remedy="核对投资平台赋码后重新填报")
def code_region_is_known(assignment: CodeAssignment, policy: Policy) -> Verdict:
    region = assignment.code.split("-")[1]
    return holds(region in policy.pack.divisions, f"代码区划为{region}", region=region)


@article(9, row="9-2", says="一个项目代码只属于一个项目", remedy="核对投资平台赋码后重新填报")
def code_is_not_taken(code: TakenCode, project_id: UUID) -> Verdict:
    return holds(
        code.project_id in {None, project_id},
        "代码已属于一个项目" if code.project_id else "代码未被占用",
    )


@article(10, row="10-1", says="协同县（市、区）须为本市辖区", remedy="核对行政区划代码")
def counties_are_of_the_city(declaration: Declaration, policy: Policy) -> Verdict:
    unknown = [c for c in declaration.county_codes if c not in policy.pack.divisions]
    return holds(not unknown, f"不在本市的区划：{'、'.join(unknown) or '无'}")


@article(
    10,
    row="10-1",
    says="需县级协同的项目附总体要求和标准规范",
    remedy="在 county_coordination 中附总体要求和标准规范",
)
def counties_get_requirements_and_standards(declaration: Declaration) -> Verdict:
    given = declaration.county_coordination is not None
    return holds(
        given,
        f"协同{len(declaration.county_codes)}地，{'已' if given else '未'}附总体要求和标准规范",
    )


@article(
    10,
    row="10-2",
    says="关联的县级项目属于申报时列明的协同县（市、区）",
    remedy="核对 county_code；申报时未列明的县（市、区）不在本项目协同之列",
)
def county_is_one_of_the_project(linked: CountyProject, project: Project) -> Verdict:
    counties = project.declaration.county_codes if project.declaration else ()
    return holds(
        linked.county_code in counties,
        f"{linked.county_code}，本项目协同：{'、'.join(counties) or '无'}",
    )


@article(10, row="10-2", says="同一县级项目只关联一次", remedy="核对县级项目编号")
def county_project_is_linked_once(linked: CountyProject, project: Project) -> Verdict:
    known = {(each.county_code, each.number) for each in project.county_projects}
    again = (linked.county_code, linked.number) in known
    return holds(not again, f"编号{linked.number}{'已' if again else '尚未'}关联")


@article(
    14,
    row="14-2",
    says="项目须符合规划；所列规划均已登记的，至少一项的规划期含计划年度",
    remedy="在 plan_alignment 中列明现行的国家规划或省、市数字政府规划",
)
def project_conforms_to_a_plan(
    declaration: Declaration, plans: Sequence[RegisteredPlan]
) -> Verdict:
    named, year = len(declaration.plan_alignment), declaration.plan_year
    covering = [plan for plan in plans if plan.covers(year)]
    return holds(
        bool(covering) or len(plans) < named,
        f"所列规划{named}项，已登记{len(plans)}项，其中规划期含{year}年的{len(covering)}项",
        basis=[plan.ref for plan in covering or plans],
    )


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


@article(15, row="15-1", says="办理的事项属于已申报且未撤回的项目", remedy="先申报项目")
def project_is_declared(project: Project) -> Verdict:
    declared = project.status not in {None, Status.WITHDRAWN}
    return holds(declared, "项目已申报" if declared else "项目未申报或已撤回")


@article(17, row="17-2", says="清单未审定的项目方可撤回", remedy="已列入清单的项目不能撤回申报")
def project_is_not_listed(project: Project) -> Verdict:
    label = project.status.label if project.status else "未申报"
    open_ = project.status not in {None, Status.LISTED, Status.WITHDRAWN}
    return holds(open_, f"项目状态为{label}")


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


@article(21, row="21-1", says="参建部门各不相同，且不含牵头部门", remedy="核对 participants")
def participants_are_distinct(declaration: Declaration) -> Verdict:
    units = [p.unit_id for p in declaration.participants]
    distinct = len(set(units)) == len(units) and declaration.unit_id not in units
    return holds(distinct, f"参建部门{len(units)}家")


@article(
    26,
    row="26-1",
    says="项目责任人为单位现任主要负责人",
    remedy="以登记的现任主要负责人为责任人；已换任的，先变更单位登记",
)
def responsible_person_is_the_head(declaration: Declaration, unit: Unit, on: date) -> Verdict:
    term = unit.head_on(on)
    if term is None:
        return broken("没有登记现任主要负责人")
    same = declaration.responsible_person == term.name
    return holds(same, f"申报的责任人{'就是' if same else '不是'}登记的现任主要负责人")


@article(
    54,
    row="54-1",
    says="涉密项目不在本系统办理",
    remedy="按保密规定另行办理；本系统未保存所报内容",
)
def project_is_not_classified(declaration: Declaration) -> Verdict:
    return holds(not declaration.classified, "涉密项目" if declaration.classified else "非涉密")
