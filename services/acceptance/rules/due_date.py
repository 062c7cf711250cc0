"""Rules on the due date, its extension and its passing, in article order (第三十至三十二条)."""

from datetime import date

from services.acceptance.state import BEFORE_APPLICATION, Project, Status
from shared.events.acceptance import Extension
from shared.regulation import Verdict, article, holds
from shared.standing import ProjectStanding


@article(30, row="30-2", says="验收期限随项目终止只终止一次", remedy="无需再次办理")
def scheduled_project_is_not_ended(project: Project) -> Verdict:
    return holds(project.status is not Status.TERMINATED, f"验收状态：{project.label}")


@article(
    30,
    row="30-2",
    says="终止的项目没有验收期限，也无所谓逾期",
    remedy="终止的项目只办理结算和结余退回",
)
def terminated_project_has_no_due_date(project: ProjectStanding) -> Verdict:
    ended = project.terminated
    return holds(ended is None, "项目已终止" if ended else "项目未终止", basis=[ended])


@article(
    31,
    row="31-5",
    says="延期验收须在期限届满当日或以前书面提出",
    remedy="期限已过的，尽快申请验收",
)
def extension_is_requested_in_time(project: Project, today: date) -> Verdict:
    due = project.due_on
    # The day of receipt counts: the applicant's own date on the paper cannot save a deadline.
    return holds(
        due is not None and today <= due,
        f"验收期限{due}，{today}收到申请",
        basis=[project.baseline],
        due_on=due,
        received=today,
    )


@article(31, row="31-5", says="申请延至的日期须晚于现有期限", remedy="填写更晚的 new_due_on")
def extension_moves_the_due_date(project: Project, extension: Extension) -> Verdict:
    due = project.due_on
    return holds(
        due is not None and extension.new_due_on > due,
        f"现有期限{due}，申请延至{extension.new_due_on}",
        basis=[project.baseline],
    )


@article(31, row="31-5", says="已申请验收的项目无所谓延期或逾期", remedy="等待验收结论")
def acceptance_is_not_yet_applied_for(project: Project) -> Verdict:
    return holds(project.status in BEFORE_APPLICATION, f"验收状态：{project.label}")


@article(31, row="31-5", says="在办的延期申请须先有结论", remedy="等待市数字经济局对延期申请的意见")
def no_extension_awaits_its_ruling(project: Project) -> Verdict:
    pending = project.extension
    return holds(
        pending is None,
        f"在办的延期申请：延至{pending.new_due_on}" if pending else "无在办的延期申请",
    )


@article(31, row="31-5", says="对在办的延期申请出具意见", remedy="核对是否有未办结的延期申请")
def extension_awaits_its_ruling(project: Project) -> Verdict:
    pending = project.extension
    return holds(
        pending is not None, f"申请延至{pending.new_due_on}" if pending else "无在办的延期申请"
    )


@article(32, row="32-2", says="期限届满次日起方为逾期", remedy="期限届满后仍未申请的再行认定")
def due_date_has_passed(project: Project, on: date) -> Verdict:
    due = project.due_on
    return holds(
        due is not None and on > due,
        f"验收期限{due}，认定日期{on}",
        basis=[project.baseline],
        due_on=due,
    )


@article(32, row="32-2", says="逾期只认定一次", remedy="无需再次认定")
def overdue_is_found_once(project: Project) -> Verdict:
    found = project.overdue_on
    return holds(found is None, f"已于{found}认定逾期" if found else "尚未认定逾期")
