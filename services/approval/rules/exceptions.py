"""Rules on exceptions: which rows may give way, for whom, by whose agreement (第八、五十三条)."""

from datetime import date

from services.approval.rules.documents import bears_number
from services.approval.state import ExceptionCase, ExceptionStatus, Registration
from shared.events.approval import ExceptionRequest
from shared.events.vocabulary import Document
from shared.regulation import Policy, Verdict, article, holds
from shared.regulation.exemption import ExemptionKind

BEFORE_DECLARATION = frozenset({"12-1"})
"""Rows that bind before there is a project."""


def approvers_of(request: ExceptionRequest, policy: Policy) -> tuple[str, ...]:
    """Bodies that all have to agree; none where the unit decides itself."""
    if request.kind is ExemptionKind.SPECIAL_REGIME:
        return policy.codes("special_regime_approvers")
    power = policy.pack.exception_to(request.rows[0])
    return power.approvers if power else ()


@article(
    8,
    row="8-E",
    says="以法律法规有明确规定为由的，写明法律、条款和内容",
    remedy="填写 legal_basis",
)
def legal_exception_cites_the_law(request: ExceptionRequest) -> Verdict:
    legal, cited = request.kind is ExemptionKind.LEGAL, request.legal_basis
    return holds(not legal or cited is not None, f"法律依据：{cited.title if cited else '无'}")


@article(
    53,
    row="53-1",
    says="以国家、省专门规定为由的，写明规定、条款和内容",
    remedy="填写 legal_basis",
)
def special_regime_is_cited(request: ExceptionRequest) -> Verdict:
    special, cited = request.kind is ExemptionKind.SPECIAL_REGIME, request.legal_basis
    return holds(not special or cited is not None, f"专门规定：{cited.title if cited else '无'}")


@article(
    53,
    row="53-1",
    says="只有原则上的规定可以例外；其他规定只因国家、省有专门规定而不适用",
    remedy="符合所列规定，或另行引用国家、省的专门规定；保密、权限和有效期等没有例外",
)
def rows_leave_room_for_it(request: ExceptionRequest, policy: Policy) -> Verdict:
    if request.kind is ExemptionKind.SPECIAL_REGIME:
        closed = [row for row in request.rows if row in policy.codes("never_excepted_rows")]
        return holds(not closed, f"没有例外的：{'、'.join(closed) or '无'}")
    power = policy.pack.exception_to(request.rows[0])
    if power is None:
        return holds(False, f"{request.rows[0]}没有例外")
    outside = [row for row in request.rows if row not in power.rows]
    allowed = request.kind in power.kinds
    return holds(
        not outside and allowed,
        f"不在同一条例外范围内的：{'、'.join(outside) or '无'}；"
        f"{'可以' if allowed else '不可以'}{request.kind.label}为由",
    )


@article(
    53,
    row="53-1",
    says="例外针对具体项目；申报之前须具备的条件，不针对项目",
    remedy="填写 project_id；申请申报之前的例外时不填，并单独提出",
)
def exception_names_what_it_is_for(request: ExceptionRequest) -> Verdict:
    early = BEFORE_DECLARATION.intersection(request.rows)
    special = request.kind is ExemptionKind.SPECIAL_REGIME
    before = special or early == set(request.rows)
    fits = before if request.project_id is None else not early
    return holds(
        fits,
        f"项目：{request.project_id or '未填'}；申报之前的规定：{'、'.join(sorted(early)) or '无'}",
    )


@article(53, row="53-1", says="例外只为本单位的项目申请", remedy="核对 project_id")
def exception_is_for_ones_own_project(
    request: ExceptionRequest, registration: Registration
) -> Verdict:
    own = request.project_id is None or registration.unit_id == request.unit_id
    return holds(own, "本单位的项目，或申报之前" if own else "不是本单位申报的项目")


@article(
    53,
    row="53-1",
    says="例外批准时仍在有效期内",
    remedy="重新申请，填写今后的 valid_until",
)
def exception_has_not_run_out(valid_until: date | None, on: date) -> Verdict:
    return holds(
        valid_until is None or on <= valid_until, f"有效至{valid_until or '不限'}，{on}办理"
    )


@article(53, row="53-1", says="有待批的例外申请", remedy="核对例外状态；已有结论的重新申请")
def exception_awaits_agreement(case: ExceptionCase) -> Verdict:
    state = case.status.label if case.status else "没有该申请"
    return holds(case.status is ExceptionStatus.REQUESTED, f"例外状态：{state}")


@article(53, row="53-1", says="由规定的部门批准例外", remedy="请所列部门办理")
def body_is_to_agree(body: str, request: ExceptionRequest, policy: Policy) -> Verdict:
    approvers = approvers_of(request, policy)
    named = "、".join(policy.body_name(b) for b in approvers)
    return holds(body in approvers, f"须同意的部门：{named or '无'}")


@article(53, row="53-1", says="一个部门对一项例外只表态一次", remedy="由其他须同意的部门办理")
def body_has_not_agreed_yet(body: str, case: ExceptionCase, policy: Policy) -> Verdict:
    earlier = [a.ref for a in case.agreements if a.body == body]
    return holds(
        not earlier, f"{policy.body_name(body)}{'已' if earlier else '未'}同意", basis=earlier
    )


@article(
    53,
    row="53-1",
    says="例外的批准、撤销和单位自行决定以带文号的文件为据",
    remedy="补充文件的文号",
)
def exception_paper_is_numbered(document: Document) -> Verdict:
    return bears_number(document)


@article(53, row="53-1", says="撤销的是批准后有效的例外", remedy="核对例外状态")
def exception_is_granted(case: ExceptionCase) -> Verdict:
    state = case.status.label if case.status else "没有该例外"
    return holds(case.status is ExceptionStatus.GRANTED, f"例外状态：{state}")


@article(
    53,
    row="53-1",
    says="由批准例外的部门撤销；单位自行决定的，由受理报备的部门撤销",
    remedy="请所列部门办理",
)
def exception_is_revoked_by_who_granted_it(
    body: str, case: ExceptionCase, policy: Policy
) -> Verdict:
    filed_with = policy.codes("own_exceptions_filed_with")
    may = filed_with if case.approvers == ("UNIT",) else case.approvers
    return holds(body in may, f"可撤销的部门：{'、'.join(policy.body_name(b) for b in may)}")
