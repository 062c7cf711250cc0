"""Rules on the application for acceptance, in article order (第二十二、三十一、四十三条)."""

from services.acceptance.state import Origin, Project, Status
from shared.events.acceptance import (
    AcceptanceApplication,
)
from shared.events.vocabulary import DeliveryMode
from shared.regulation import Policy, Verdict, article, holds


@article(
    22,
    row="22-1",
    says="有条件同意的审核意见所附条件须在申请验收时逐条落实",
    remedy="落实所列条件后，将其原文和落实证明填入 closed_conditions",
)
def opinion_conditions_are_met(project: Project, application: AcceptanceApplication) -> Verdict:
    closed = {each.condition for each in application.closed_conditions}
    unmet = [c for c in project.open_conditions if c not in closed]
    return holds(
        not unmet,
        f"审核条件{len(project.open_conditions)}条，未落实：{'；'.join(unmet) or '无'}",
    )


@article(
    31,
    row="31-3",
    says="同一项目同时只有一次验收，合格或终止后不再验收",
    remedy="等待本次验收的结论；不合格的整改后可再申请",
)
def no_acceptance_is_under_way(project: Project) -> Verdict:
    closed = {Status.APPLIED, Status.REPORTED, Status.ACCEPTED, Status.TERMINATED}
    return holds(project.status not in closed, f"验收状态：{project.label}")


@article(
    31,
    row="31-3",
    says="验收资料齐全且均为文件；清单之外可另附",
    remedy="在 materials 中补齐所缺文件",
)
def acceptance_materials_are_complete(
    project: Project, application: AcceptanceApplication, policy: Policy
) -> Verdict:
    service = project.delivery_mode is DeliveryMode.SERVICE_PURCHASE
    wanted = policy.materials("acceptance_service" if service else "acceptance_self_build")
    given = {m.code for m in application.materials if m.document}
    missing = [m.label for m in wanted if m.code not in given]
    return holds(not missing, f"应交{len(wanted)}种，缺少：{'、'.join(missing) or '无'}")


@article(
    43,
    row="43-2",
    says="批复或合同含定制开发或二次开发的，验收前须已移交技术文档和源代码",
    remedy="先登记成果移交",
)
def custom_development_is_handed_over(project: Project, origin: Origin) -> Verdict:
    custom = project.custom_development or origin.custom_contract is not None
    handover = project.handover
    complete = handover is not None and handover.source_code is not None
    return holds(
        not custom or complete,
        f"{'含' if custom else '不含'}定制开发，技术文档和源代码{'已' if complete else '未'}移交",
        basis=[project.baseline, origin.custom_contract],
    )
