"""Rules: what goes back when a project ends, and what is referred (第三十六、四十八条)."""

from services.budget.state import Background, Project
from shared.events.budget import FundsClosing, MisuseReferral, SurplusReturn
from shared.regulation import Verdict, article, holds
from shared.standing import AcceptanceStatus, ProjectStanding


@article(
    36,
    row="36-2",
    says="项目验收合格或终止后退回结余、办理关账",
    remedy="先通过该项目的验收；不再建设的，先办理终止",
)
def project_has_ended(project: ProjectStanding) -> Verdict:
    acceptance, terminated = project.acceptance, project.terminated
    return holds(
        terminated is not None or acceptance.status is AcceptanceStatus.PASSED,
        f"项目{'已终止' if terminated else acceptance.status.label}",
        basis=[acceptance.ref, terminated],
        acceptance=acceptance.status.value,
    )


@article(36, row="36-2", says="退回金额不超过未退的结余", remedy="核对退回金额")
def return_stays_within_the_surplus(project: Project, surplus: SurplusReturn) -> Verdict:
    return holds(
        surplus.amount <= project.outstanding,
        f"列入预算{project.included}元，已付{project.paid}元，结余{project.surplus}元，"
        f"已退{project.returned}元，未退{project.outstanding}元；本次退回{surplus.amount}元",
        outstanding=project.outstanding,
        amount=surplus.amount,
    )


@article(36, row="36-2", says="结余退清后方可关账", remedy="先付清合同款，并退回结余")
def no_surplus_is_outstanding(project: Project) -> Verdict:
    due = f"，应于{project.surplus_due_on}前退回" if project.surplus_due_on else ""
    return holds(
        project.outstanding == 0,
        f"未支付也未退回{project.outstanding}元{due}",
        outstanding=project.outstanding,
    )


@article(36, row="36-2", says="关账须有文号", remedy="补填 document.number")
def closing_document_bears_a_number(closing: FundsClosing) -> Verdict:
    number = closing.document.number
    return holds(number is not None, f"文号：{number or '无'}")


@article(48, row="48-2", says="移送查处的项目须已申报", remedy="核对项目标识")
def referred_project_is_declared(background: Background) -> Verdict:
    declared = background.declared
    return holds(declared is not None, f"项目{'已' if declared else '未'}申报", basis=[declared])


@article(48, row="48-2", says="移送查处须有文号", remedy="补填 document.number")
def referral_document_bears_a_number(referral: MisuseReferral) -> Verdict:
    number = referral.document.number
    return holds(number is not None, f"文号：{number or '无'}")
