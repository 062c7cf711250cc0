"""Rules of mode ADVICE: what a decision on money takes note of, and is never refused by.

They weigh on what is included (第二十、三十三、四十六条); who decides reads them in the record.
"""

from services.budget.state import Background
from shared.events.acceptance import Grade
from shared.regulation import Verdict, article, holds
from shared.standing import ProjectStanding


@article(
    20,
    row="20-2",
    says="共享和安全没有现存问题（供安排经费参考）",
    remedy="完成整改，由认定的部门销号或撤销",
    mode="ADVICE",
)
def sharing_and_security_are_in_order(project: ProjectStanding) -> Verdict:
    findings = (*project.sharing, *project.security)
    listed = "；".join(f"{f.on}{f.label}" for f in findings)
    return holds(
        not findings, f"共享和安全的认定：{listed or '无'}", basis=[f.ref for f in findings]
    )


@article(
    46,
    row="46-4",
    says="评价结果不为差（供安排下一年度经费参考）",
    remedy="按评价意见改进",
    mode="ADVICE",
)
def evaluations_are_not_poor(background: Background) -> Verdict:
    evaluations = background.evaluations
    listed = "；".join(f"{e.on}{e.label}{e.grade.label}" for e in evaluations)
    return holds(
        all(e.grade is not Grade.POOR for e in evaluations),
        f"评价结果：{listed or '无'}",
        basis=[e.ref for e in evaluations],
    )
