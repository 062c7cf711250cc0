"""Rules on who may not do both, where two bodies decide together, in article order.

A person may hold tokens of two bodies; what the regulation gives to two is then still not one's.
"""

from collections.abc import Collection

from services.approval.state import Examination, ExceptionCase, PendingChange, Termination
from shared.kernel.actor import Actor
from shared.regulation import Verdict, article, holds

ANOTHER = "由本部门的其他人员办理"


@article(24, row="24-1", says="会签与批复由两个部门的不同人员办理", remedy=ANOTHER)
def who_concurred_does_not_reply(actor: Actor, examination: Examination) -> Verdict:
    concurred = examination.concurred
    return _another(actor, (concurred.given_by,) if concurred else ())


@article(28, row="28-2", says="调整的会签与批复由两个部门的不同人员办理", remedy=ANOTHER)
def who_concurred_in_a_change_does_not_rule_on_it(actor: Actor, pending: PendingChange) -> Verdict:
    return _another(actor, (pending.concurred_by,))


@article(30, row="30-2", says="终止的核报与意见由不同人员办理", remedy=ANOTHER)
def who_reported_a_termination_does_not_rule_on_it(
    actor: Actor, termination: Termination
) -> Verdict:
    return _another(actor, (termination.reported_by,))


@article(53, row="53-1", says="例外须各批准部门分别由不同人员表示意见", remedy=ANOTHER)
def who_agreed_does_not_agree_for_another_body(actor: Actor, case: ExceptionCase) -> Verdict:
    return _another(actor, [agreed.given_by for agreed in case.agreements])


def _another(actor: Actor, earlier: Collection[str]) -> Verdict:
    same = actor.person in earlier
    return holds(not same, "前一步即由办理人作出" if same else "前一步不是办理人作出")
