"""Rules on the reply and what must precede it, in article order."""

from services.approval.rules.documents import bears_number, names_current
from services.approval.state import Evaluated, Examination, Project, Registration
from shared.events.approval import (
    Concurrence,
    Consent,
    CopyReceipt,
    Evaluation,
    EvaluationMethod,
    LeadingGroupApproval,
    Reply,
    ReplyRefusal,
    Round,
)
from shared.events.vocabulary import DeliveryMode
from shared.kernel.identifiers import UnitId
from shared.regulation import Policy, Verdict, article, holds


@article(
    9,
    row="9-2",
    says="审批前取得投资项目统一代码",
    remedy="在投资项目在线审批监管平台赋码后登记",
)
def project_code_is_assigned(registration: Registration, policy: Policy) -> Verdict:
    service = registration.delivery_mode is DeliveryMode.SERVICE_PURCHASE
    needed = not service or policy.flag("code_required_for_service")
    return holds(
        not needed or registration.code is not None,
        f"项目代码：{registration.code or '无'}{'' if needed else '（不要求）'}",
        basis=[registration.coded],
    )


@article(12, row="12-2", says="领导小组批准的是不能共享的项目", remedy="可以共享的项目不须办理")
def project_shares_nothing(registration: Registration) -> Verdict:
    nothing = registration.shares_nothing
    return holds(nothing, registration.scope, basis=[registration.catalogued])


@article(12, row="12-2", says="领导小组批准以带文号的文件为据", remedy="补充批准文件的文号")
def unshared_approval_is_numbered(approval: LeadingGroupApproval) -> Verdict:
    return bears_number(approval.document)


@article(
    18,
    row="18-3",
    says="合并编报的，评估论证判断前期工作深度",
    remedy="填写 depth_sufficient",
)
def depth_of_a_merged_plan_is_judged(evaluation: Evaluation, examination: Examination) -> Verdict:
    merged = examination.submission.round is Round.IMPLEMENTATION_PLAN
    judged = evaluation.depth_sufficient is not None
    return holds(not merged or judged, _depth(evaluation) if merged else "不是合并编报")


@article(
    18,
    row="18-3",
    says="合并编报的前期工作深度达到要求",
    remedy="补充前期工作后重新评估论证，或分别编报可研和初设",
)
def merged_plan_is_deep_enough(examination: Examination) -> Verdict:
    evaluated = examination.evaluated
    if examination.submission.round is not Round.IMPLEMENTATION_PLAN:
        return holds(True, "不是合并编报")
    if evaluated is None:
        return holds(False, "未评估论证")
    evaluation = evaluated.evaluation
    return holds(evaluation.depth_sufficient is True, _depth(evaluation), basis=[evaluated.ref])


def _depth(evaluation: Evaluation) -> str:
    found = {True: "达到", False: "未达到", None: "未判断是否达到"}[evaluation.depth_sufficient]
    return f"前期工作深度{found}要求"


@article(
    21,
    row="21-1",
    says="各参建部门已对现行报审文件会签",
    remedy="请所列参建部门会签现行报审文件",
    mode="GATE",
)
def every_participant_has_signed_off(
    examination: Examination, participants: tuple[UnitId, ...]
) -> Verdict:
    signed = {s.participant_id: s for s in examination.sign_offs if s.digest == examination.digest}
    missing = [unit for unit in participants if unit not in signed]
    return holds(
        not missing,
        f"未会签：{'、'.join(missing) or '无'}",
        basis=[s.ref for s in signed.values()],
    )


@article(24, row="24-1", says="有待批复的报审文件", remedy="先由项目单位报审文件")
def submission_awaits_reply(project: Project) -> Verdict:
    stage = project.stage.label if project.stage else "尚未报审"
    examination = project.examination
    return holds(
        examination is not None and examination.returned is None,
        f"审批状态：{stage}",
        basis=[examination.returned if examination else None],
    )


@article(
    24, row="24-1", says="评估论证针对现行报审文件", remedy="以现行报审文件的摘要值记录评估论证"
)
def evaluation_names_the_current_submission(
    evaluation: Evaluation, examination: Examination
) -> Verdict:
    return names_current(evaluation.digest, examination)


@article(24, row="24-1", says="第三方评估机构具备资质", remedy="补充 qualification_number")
def third_party_evaluator_is_qualified(evaluation: Evaluation) -> Verdict:
    third = evaluation.method is EvaluationMethod.THIRD_PARTY
    number = evaluation.qualification_number
    return holds(
        not third or number is not None, f"{evaluation.method.label}，资质证号：{number or '无'}"
    )


@article(
    24,
    row="24-1",
    says="评估论证对现行报审文件通过，委托第三方的具备资质",
    remedy="对现行报审文件组织评估论证",
    mode="GATE",
)
def evaluation_is_positive(evaluated: Evaluated | None, examination: Examination) -> Verdict:
    if evaluated is None:
        return holds(False, "未评估论证")
    evaluation = evaluated.evaluation
    third = evaluation.method is EvaluationMethod.THIRD_PARTY
    faults = {
        "针对较早的报审文件": evaluation.digest != examination.digest,
        "结论为不通过": not evaluation.positive,
        "第三方没有资质证号": third and evaluation.qualification_number is None,
    }
    found = [fault for fault, present in faults.items() if present]
    return holds(
        not found,
        f"{evaluation.method.label}：{'、'.join(found) or '通过'}",
        basis=[evaluated.ref],
    )


@article(24, row="24-2", says="市政府同意以带文号的文件为据", remedy="补充批准文件的文号")
def consent_document_is_numbered(consent: Consent) -> Verdict:
    return bears_number(consent.document)


@article(
    24,
    row="24-2",
    says="按规定须报市政府审定的项目，先经市政府同意",
    remedy="会同核报市政府，取得对现行报审文件的同意",
    mode="GATE",
)
def municipal_consent_is_given_where_required(examination: Examination, policy: Policy) -> Verdict:
    total, minimum = examination.submission.total, policy.money("municipal_consent_min_total")
    evaluated = examination.evaluated
    judged = evaluated is not None and evaluated.evaluation.needs_municipal_consent
    needed = judged or (minimum > 0 and total >= minimum)
    return holds(
        not needed or examination.consent is not None,
        f"{'须' if needed else '不须'}报市政府审定，{'已' if examination.consent else '未'}同意",
        basis=[evaluated.ref if evaluated else None, examination.consent],
        total=total,
        minimum=minimum,
    )


@article(24, row="24-3", says="会签针对现行报审文件", remedy="以现行报审文件的摘要值重新会签")
def concurrence_names_the_current_submission(
    concurrence: Concurrence, examination: Examination
) -> Verdict:
    return names_current(concurrence.digest, examination)


@article(
    24,
    row="24-3",
    says="市数字经济局对现行报审文件会签",
    remedy="请市数字经济局会签现行报审文件",
    mode="GATE",
)
def digital_bureau_concurs_in_the_reply(examination: Examination) -> Verdict:
    concurred = examination.concurred
    current = concurred is not None and concurred.digest == examination.digest
    state = "未会签" if concurred is None else "已会签" if current else "会签针对较早的报审文件"
    return holds(current, state, basis=[concurred.ref] if concurred else [])


@article(24, row="24-3", says="批复针对现行报审文件", remedy="核对现行报审文件后批复")
def reply_names_the_current_submission(reply: Reply, examination: Examination) -> Verdict:
    return names_current(reply.digest, examination)


@article(24, row="24-3", says="批复文件有文号", remedy="补充批复文件的文号")
def reply_document_is_numbered(reply: Reply) -> Verdict:
    return bears_number(reply.document)


@article(
    24,
    row="24-3",
    says="不予批复和退回修改针对现行报审文件，以带文号的文件为据",
    remedy="核对现行报审文件的摘要值，补充文号",
)
def refusal_is_in_due_form(refusal: ReplyRefusal, examination: Examination) -> Verdict:
    number = refusal.document.number
    return holds(
        refusal.digest == examination.digest and number is not None,
        f"{names_current(refusal.digest, examination).text}；文号：{number or '无'}",
        basis=[examination.ref],
    )


@article(24, row="24-4", says="签收的抄送件是本项目的批复", remedy="核对批复文号")
def copy_is_of_a_reply(receipt: CopyReceipt, project: Project) -> Verdict:
    issued = [reply.number for reply in project.replies]
    return holds(
        receipt.number in issued,
        f"签收文号{receipt.number}，批复文号{'、'.join(issued) or '无'}",
        basis=[reply.ref for reply in project.replies if reply.number == receipt.number],
    )
