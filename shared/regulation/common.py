"""Rules that several services share (第五条)."""

from collections.abc import Collection

from shared.kernel.actor import Actor
from shared.regulation.rule import Verdict, article, holds


@article(
    5,
    row="5-2",
    says="报送的人不对同一事项出具意见或作出决定",
    remedy="由同一部门的其他人员办理",
)
def decider_did_not_submit(actor: Actor, submitted_by: Collection[str]) -> Verdict:
    # Whoever acts for somebody decides no more than he himself could.
    same = not actor.persons.isdisjoint(submitted_by)
    return holds(not same, "办理人即报送人" if same else "办理人不是报送人")
