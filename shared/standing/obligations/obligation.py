"""义务: one thing that the clock demands of somebody, and what is the same of all of its kind."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.regulation.pack import Library, Policy

_IDS = UUID("0d2c1f60-7d3a-5c1b-8a55-3d5f0c6e9b11")
"""Namespace of the ids of obligations: whoever computes one finds the same."""


class Duty(Coded):
    """义务种类."""

    CATALOGUE_REVIEW = "CATALOGUE_REVIEW", "复核系统目录"
    SYSTEM_TERMINATION = "SYSTEM_TERMINATION", "停用被替代的系统"
    OPINION = "OPINION", "出具审核意见"
    REPLY_COPY = "REPLY_COPY", "批复抄送并签收"
    OPINION_CONDITIONS = "OPINION_CONDITIONS", "落实有条件同意的条件"
    ACCEPTANCE_APPLICATION = "ACCEPTANCE_APPLICATION", "申请验收"
    ACCEPTANCE_FILING = "ACCEPTANCE_FILING", "报备验收情况"
    SANCTION_EXPIRY = "SANCTION_EXPIRY", "数据共享限制期满"
    SURPLUS_RETURN = "SURPLUS_RETURN", "退回结余资金"
    OPERATION_PLAN = "OPERATION_PLAN", "报送运维方案"
    PERFORMANCE_REPORT = "PERFORMANCE_REPORT", "提交绩效监控报告"
    SELF_EVALUATION = "SELF_EVALUATION", "开展自评价"
    RECTIFICATION = "RECTIFICATION", "限期整改"
    SECURITY_ASSESSMENT = "SECURITY_ASSESSMENT", "安全和密码定期测评"
    POLICY_EXPIRY = "POLICY_EXPIRY", "政策包到期前接续"


class Terms(NamedTuple):
    """What is the same of all obligations of a kind."""

    article: str
    service: str
    """The service in whose log it is found overdue."""
    operation: str
    """The command that discharges it; empty where none does."""
    marked_by: str | None = "mark_obligation_overdue"
    """The command by which it is found overdue; None where nobody can be late: it tells a day."""


TERMS = {
    Duty.CATALOGUE_REVIEW: Terms("9", "registry", "review_system"),
    Duty.SYSTEM_TERMINATION: Terms("8", "registry", "terminate_system"),
    Duty.OPINION: Terms("22", "approval", "give_opinion"),
    Duty.REPLY_COPY: Terms("24", "approval", "confirm_copy"),
    Duty.OPINION_CONDITIONS: Terms("22", "acceptance", "apply_for_acceptance"),
    Duty.ACCEPTANCE_APPLICATION: Terms(
        "31", "acceptance", "apply_for_acceptance", marked_by="mark_overdue"
    ),
    Duty.ACCEPTANCE_FILING: Terms("31", "acceptance", "file_acceptance"),
    Duty.SANCTION_EXPIRY: Terms("33", "acceptance", "", marked_by=None),
    Duty.SURPLUS_RETURN: Terms("36", "budget", "return_surplus"),
    Duty.OPERATION_PLAN: Terms("37", "budget", "submit_operation_plan"),
    Duty.PERFORMANCE_REPORT: Terms("45", "acceptance", "submit_performance_report"),
    Duty.SELF_EVALUATION: Terms("46", "acceptance", "submit_self_evaluation"),
    Duty.RECTIFICATION: Terms("47", "acceptance", "report_rectification"),
    Duty.SECURITY_ASSESSMENT: Terms("49", "acceptance", "record_security_stage"),
    Duty.POLICY_EXPIRY: Terms("57", "registry", "", marked_by=None),
}


@dataclass(frozen=True)
class Obligation:
    """义务: who owes what by when, which event created it, and when it was discharged."""

    obligation_id: UUID
    duty: Duty
    subject: str
    """What it is about: `project:<id>`, `system:<id>` or `policy:<pack>`."""
    owner: str
    """Body that owes it; `UNIT` for the unit `unit_id`."""
    since: date
    due_on: date
    source: EventRef | None = None
    unit_id: str | None = None
    opens_on: date | None = None
    """First day on which it can be discharged, where that is later than `since`."""
    provisional: bool = False
    """The day is counted in working days of a year not yet published."""
    done_on: date | None = None
    held: EventRef | None = None
    """What keeps it from being late while it is open: an extension asked for in time."""
    overdue: EventRef | None = None
    """The event that found it overdue."""

    @property
    def terms(self) -> Terms:
        return TERMS[self.duty]

    @property
    def is_open(self) -> bool:
        return self.done_on is None

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it was not discharged by then."""
        if self.terms.marked_by is None or (self.is_open and self.held):
            return False
        return (self.done_on or today) > self.due_on


def id_of(duty: Duty, cause: object, key: object = "") -> UUID:
    """The id of what an event demands, or the subject itself where it is owed by the year."""
    return uuid5(_IDS, f"{duty}/{cause}/{key}")


def of_policy(policy: Policy, library: Library) -> Obligation | None:
    """A pack that ends needs a successor in time (第五十七条); None once there is one."""
    pack = policy.pack
    if any(other.valid_from >= pack.valid_until for other in library.packs):
        return None
    subject = f"policy:{pack.id}"
    return Obligation(
        obligation_id=id_of(Duty.POLICY_EXPIRY, subject),
        duty=Duty.POLICY_EXPIRY,
        subject=subject,
        owner="DEB",
        since=pack.valid_from,
        due_on=pack.valid_until - timedelta(days=1),
        opens_on=pack.valid_until - timedelta(days=365),
    )
