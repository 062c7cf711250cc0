"""红旗的案例: what shows each flag, how that is calculated, and what just does not show it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from shared.events import Event
from tests.audit.building import PROJECT, UNIT, event
from tests.audit.flagged import LAST, Step, by, declared, number
from tests.support.builders import OTHER_UNIT

DAY = timedelta(days=1)
FIRST = date(2026, 3, 2)
REPLIED = date(2026, 4, 8)
DIGEST = "sm3:" + "1" * 64

Steps = Sequence[Event | Step]


# -- the city that shows every flag -------------------------------------------------------------


def near(project: int, total: str, **changes: Any) -> Event:
    names = ("校园安防平台", "学籍管理系统", "教师培训门户")
    return declared(
        project, FIRST, total, names[project % 3], f"任务{names[project % 3]}", **changes
    )


def part(project: int, total: str, days: int = 0, name: str = "智慧校园平台", **more: Any) -> Event:
    tasks = more.pop("tasks", ("视频监控", "教学资源共享", "家校沟通")[project % 3])
    on = FIRST + days * DAY
    return declared(project, on, total, f"{name}（{'一二三'[project % 3]}期）", tasks, **more)


def replied(on: date = REPLIED, total: str = "1000000.00", **changes: Any) -> Event:
    return event("ReplyIssued", on, total=total, **changes)


def filed(moved: str, on: date = date(2026, 6, 1), **changes: Any) -> Event:
    values = {"moved": moved, "moved_so_far": moved, "limit": "150000.00"}
    change = {"executed_on": None} | changes.pop("change", {})
    return event("ChangeFiled", on, **values | {"change": change} | changes)


def disputed(returned: str) -> Event:
    return event("FilingDisputed", date(2026, 6, 9), returned=returned)


def applied(executed: date | None, on: date = date(2026, 6, 1)) -> Event:
    return event("ChangeApplied", on, change={"executed_on": executed})


def opinion(on: date, digest: str = DIGEST, **changes: Any) -> Event:
    return event("OpinionGiven", on, opinion={"digest": digest}, **changes)


def submitted(on: date, digest: str = DIGEST, **changes: Any) -> Event:
    return event("DocumentSubmitted", on, digest=digest, submission=changes)


def reply_to(on: date, digest: str = DIGEST) -> Event:
    return event("ReplyIssued", on, reply={"digest": digest})


def contract(amount: str, on: date = date(2026, 6, 8), project: int = 0, **changes: Any) -> Event:
    changes = {"amount": amount, **changes}
    about: dict[str, Any] = {"project_id": number(project)} if project else {}
    return event("ContractRecorded", on, contract=changes, **about)


def bought(method: str, project: int = 0) -> Event:
    about: dict[str, Any] = {"project_id": number(project)} if project else {}
    return event("ProcurementRecorded", date(2026, 5, 6), procurement={"method": method}, **about)


def agreed(case: int, on: date, person: str = "deb-1", **delegation: str) -> Step:
    content: dict[str, Any] = {
        "exception_id": number(case),
        "agreement": {"approved": person != "deb-no"},
    }
    return Step(event("ExceptionAgreed", on, **content), by(person, **delegation))


def extended(on: date, project: int = 0, **changes: Any) -> Event:
    about: dict[str, Any] = {"project_id": number(project)} if project else {}
    return event("ExtensionGranted", on, **about, **changes)


def late(on: date, **changes: Any) -> Event:
    return event("LateNoticeFound", on, **changes)


def outgrown(total: str, ground: str = "SMALL") -> Steps:
    merge = {"ground": ground}
    return (
        event("DocumentSubmitted", FIRST, submission={"merge": merge}),
        replied(),
        event("ChangeApproved", date(2026, 8, 3), total=total),
    )


def refused(rule: str) -> Event:
    about = [f"project:{PROJECT}", f"unit:{UNIT}"]
    asked = '{"executed_on":"2026-05-01"}'
    on = date(2026, 6, 1)
    return event("RequestRefused", on, rules=[rule], articles=["28"], about=about, request=asked)


PAYER, DECLARER = by("unit-2", "UNIT"), by("unit-1", "UNIT")
DECLARED = Step(event("ProjectDeclared", FIRST), DECLARER)
RETRO = "retroactive_overrun_is_not_received"

YEAR = 365 * DAY

CASES: dict[str, list[tuple[Steps, str, Steps]]] = {
    # what shows it, how it is calculated, what just does not show it
    "near-merged-plan-limit": [
        (
            (near(1, "4800000.00"), near(2, "5000000.00")),
            "5000000.00 × 96% = 4800000.00；4800000.00、5000000.00 均不低于 4800000.00、"
            "不超过 5000000.00，共 2 个",
            (near(1, "4799999.99"), near(2, "5000000.00")),
        ),
        (
            (near(1, "4900000.00"), near(2, "4900000.00")),
            "共 2 个",
            (near(1, "4900000.00"), near(2, "5000000.01")),
        ),
        (
            (near(1, "4900000.00"), near(2, "4900000.00")),
            "共 2 个",
            (near(1, "4900000.00"), near(2, "4900000.00", declaration={"plan_year": 2027})),
        ),
        (
            (near(1, "4900000.00"), near(2, "4900000.00")),
            "共 2 个",
            (near(1, "4900000.00"), near(2, "4900000.00", unit_id=OTHER_UNIT)),
        ),
        (
            (near(1, "4900000.00"), near(2, "4900000.00")),
            "共 2 个",
            (
                near(1, "4900000.00"),
                near(2, "4900000.00"),
                event("DeclarationWithdrawn", FIRST + DAY, project_id=number(2)),
            ),
        ),
        (
            (
                near(1, "4900000.00"),
                near(2, "9000000.00"),
                event(
                    "DocumentSubmitted",
                    FIRST + DAY,
                    project_id=number(2),
                    submission={"total": "4999999.99"},
                ),
            ),
            "4900000.00、4999999.99 均",
            (
                near(1, "4900000.00"),
                near(2, "4900000.00", declaration={"delivery_mode": "SERVICE_PURCHASE"}),
            ),
        ),
    ],
    "split-projects": [
        (
            (part(1, "2500000.00"), part(2, "2500000.01", days=180)),
            "2500000.00 + 2500000.01 = 5000000.01 > 5000000.00；《智慧校园平台（二期）》与"
            "《智慧校园平台（三期）》相隔 180 天，名称相似度 5/5 = 100%",
            (part(1, "2500000.00"), part(2, "2500000.00", days=180)),
        ),
        (
            (part(1, "4000000.00"), part(2, "4000000.00")),
            " = 8000000.00 > 5000000.00",
            (part(1, "4000000.00"), part(2, "4000000.00", days=181)),
        ),
        (
            # 3 of 5 pairs of characters are common
            (part(1, "4000000.00", name="甲乙丙丁"), part(2, "4000000.00", name="甲乙丙丁戊己")),
            "名称相似度 3/5 = 60%",
            (part(1, "4000000.00", name="甲乙丙丁"), part(2, "4000000.00", name="甲乙丙丁戊己庚")),
        ),
        (
            (
                part(1, "4000000.00", name="甲乙丙丁", tasks="建设统一的视频监控平台"),
                part(2, "4000000.00", name="戊己庚辛", tasks="建设统一的视频监控平台。"),
            ),
            "主要内容相似度 10/10 = 100%",
            (
                part(1, "4000000.00", name="甲乙丙丁", tasks="建设统一的视频监控平台"),
                part(2, "4000000.00", name="戊己庚辛", tasks="采购教学资源"),
            ),
        ),
        (
            # one of them is too large for a merged plan anyway
            (part(1, "4000000.00"), part(2, "5000000.00")),
            " = 9000000.00 > 5000000.00",
            (part(1, "4000000.00"), part(2, "5000000.01")),
        ),
        (
            # the second joins the first to the third
            (
                part(1, "2000000.00"),
                part(2, "2000000.00", days=150),
                part(3, "2000000.00", days=300),
            ),
            "2000000.00 + 2000000.00 + 2000000.00 = 6000000.00",
            (part(1, "2000000.00"), part(3, "4000000.00", days=300)),
        ),
        (
            (part(1, "4000000.00"), part(2, "4000000.00")),
            " = 8000000.00",
            (part(1, "4000000.00"), part(2, "4000000.00", unit_id=OTHER_UNIT)),
        ),
    ],
    "outgrown-merged-plan": [
        (outgrown("5000000.01"), "5000000.01 > 5000000.00，超出 0.01", outgrown("5000000.00")),
        (outgrown("6000000.00"), "超出 1000000.00", outgrown("6000000.00", ground="URGENT")),
    ],
    "contracts-equal-approved-total": [
        (
            (replied(), contract("400000.00"), contract("600000.00")),
            "合同 400000.00 + 600000.00 = 1000000.00；批复 1000000.00；相差 0.00",
            (replied(), contract("400000.00"), contract("599999.99")),
        ),
        (
            (replied(), contract("1000000.00")),
            "合同 1000000.00；批复",
            (
                replied(),
                contract("1000000.00"),
                event("ChangeApproved", date(2026, 8, 3), total="1100000.00"),
            ),
        ),
    ],
    "cumulative-change-near-limit": [
        (
            (replied(), filed("140000.00")),
            "1000000.00 × 14% = 140000.00 ≤ 累计 140000.00 ≤ 上限 150000.00，距上限 10000.00",
            (replied(), filed("139999.99")),
        ),
        (
            (replied(), filed("150000.00")),
            "距上限 0.00",
            (replied(), filed("150000.00"), disputed("10000.01")),
        ),
        (
            (replied(), filed("145000.00"), event("ChangeApproved", date(2026, 8, 3))),
            "累计 145000.00",
            (replied(), event("ChangeApproved", date(2026, 5, 4)), filed("145000.00")),
        ),
    ],
    "executed-before-filing": [
        (
            (filed("1.00", change={"executed_on": date(2026, 5, 31)}),),
            "已实施日期 2026-05-31，变更报备日期 2026-06-01，早 1 天",
            (filed("1.00", change={"executed_on": date(2026, 6, 1)}), filed("1.00")),
        ),
        ((applied(date(2026, 5, 2)),), "调整申请日期 2026-06-01，早 30 天", (applied(None),)),
        (
            (refused(RETRO),),
            "已实施日期 2026-05-01，申请日期 2026-06-01，不予受理",
            (refused("another_rule"),),
        ),
    ],
    "contract-before-reply": [
        (
            (replied(), contract("1.00", REPLIED - DAY)),
            "批复 2026-04-08；合同签订 2026-04-07，早 1 天",
            (replied(), contract("1.00", REPLIED)),
        ),
        (
            (event("PaymentRecorded", REPLIED - 9 * DAY), replied()),
            "支付 2026-03-30，早 9 天",
            (event("PaymentRecorded", REPLIED - 9 * DAY), replied(final=False)),
        ),
    ],
    "repeated-late-notices": [
        (
            (late(FIRST), late(FIRST + YEAR)),
            "2026-03-02 至 2027-03-02 共 2 件，达到 2 件（365 天内）",
            (late(FIRST), late(FIRST + YEAR + DAY)),
        ),
        (
            (late(FIRST), late(FIRST)),
            "共 2 件",
            (late(FIRST), late(FIRST, unit_id=OTHER_UNIT)),
        ),
    ],
    "opinion-after-reply": [
        (
            (opinion(REPLIED + DAY), reply_to(REPLIED)),
            "2026-04-09，批复 2026-04-08，晚 1 天；日志位置：意见 1，批复 2",
            (opinion(REPLIED), reply_to(REPLIED)),
        ),
        (
            (reply_to(REPLIED), opinion(REPLIED - DAY)),
            "意见入库在批复之后；日志位置：意见 2，批复 1",
            (reply_to(REPLIED), opinion(REPLIED + DAY, digest="sm3:" + "2" * 64)),
        ),
        (
            (
                reply_to(REPLIED),
                event("OpinionCarriedForward", REPLIED, carry={"digest": DIGEST}),
            ),
            "意见入库在批复之后",
            (event("OpinionCarriedForward", REPLIED, carry={"digest": DIGEST}), reply_to(REPLIED)),
        ),
    ],
    "backdated-opinion": [
        (
            (Step(opinion(REPLIED), entered=REPLIED + 5 * DAY),),
            "2026-04-08，入库 2026-04-13，早 5 天，达到 5 天",
            (Step(opinion(REPLIED), entered=REPLIED + 4 * DAY),),
        ),
        (
            (submitted(REPLIED), opinion(REPLIED - DAY)),
            "2026-04-07，所审报审文件 2026-04-08，早 1 天",
            (submitted(REPLIED), opinion(REPLIED)),
        ),
    ],
    "frequent-resubmissions": [
        (
            [submitted(FIRST + n * DAY) for n in range(4)],
            "项目实施方案提交 4 次，重新提交 3 次，达到 3 次",
            [submitted(FIRST + n * DAY) for n in range(3)],
        ),
        (
            [submitted(FIRST + n * DAY) for n in range(4)],
            "提交 4 次",
            [
                *(submitted(FIRST + n * DAY, round="FEASIBILITY") for n in range(2)),
                *(submitted(FIRST + n * DAY, round="DESIGN") for n in range(2)),
            ],
        ),
    ],
    "same-person-both-sides": [
        (
            (DECLARED, Step(opinion(REPLIED), by("unit-1"))),
            "unit-1：申报报审 1 项、审核意见 1 项，其中由他人受托办理 0 项",
            (DECLARED, Step(opinion(REPLIED), by("cac-1"))),
        ),
        (
            # a delegation counts for whom it is from
            (DECLARED, Step(event("AcceptanceConcluded", REPLIED), by("x", instead_of="unit-1"))),
            "unit-1：申报报审 1 项、验收 1 项，其中由他人受托办理 1 项",
            (
                DECLARED,
                Step(event("AcceptanceConcluded", REPLIED, project_id=number(9)), by("unit-1")),
            ),
        ),
        (
            (DECLARED, Step(event("BudgetIncluded", REPLIED), by("unit-1", "FIN"))),
            "预算 1 项",
            (DECLARED, Step(event("PaymentRecorded", REPLIED), DECLARER)),
        ),
    ],
    "same-person-several-offices": [
        (
            (Step(opinion(REPLIED), by("deb-1")), Step(reply_to(REPLIED), by("deb-1", "DRC"))),
            "deb-1：审核意见 1 项、批复和批准 1 项",
            (Step(opinion(REPLIED), by("deb-1")), Step(reply_to(REPLIED), by("drc-1", "DRC"))),
        ),
        (
            (Step(opinion(REPLIED), by("a")), Step(event("ChangeConcurred", LAST), by("a"))),
            "审核意见 1 项、批复和批准 1 项",
            (Step(event("EvaluationRecorded", FIRST), by("a")), Step(reply_to(REPLIED), by("a"))),
        ),
        (
            (DECLARED, Step(event("PaymentRecorded", LAST), DECLARER)),
            "unit-1：申报报审 1 项、采购支付 1 项",
            (DECLARED, Step(event("PaymentRecorded", LAST), PAYER)),
        ),
        (
            (Step(reply_to(REPLIED), by("a")), Step(event("AcceptanceReviewed", LAST), by("a"))),
            "验收 1 项",
            (Step(reply_to(REPLIED), by("a")), Step(event("BudgetIncluded", LAST), by("a"))),
        ),
    ],
    "repeated-exceptions-by-one-person": [
        (
            (agreed(1, FIRST), agreed(2, FIRST + DAY), agreed(3, FIRST + YEAR)),
            "deb-1：2026-03-02 至 2027-03-02 共 3 件（365 天内达到 3 件即提示）",
            (agreed(1, FIRST), agreed(2, FIRST + DAY), agreed(3, FIRST + YEAR + DAY)),
        ),
        (
            (agreed(1, FIRST), agreed(2, FIRST), agreed(3, FIRST, "y", instead_of="deb-1")),
            "deb-1：",
            (agreed(1, FIRST), agreed(2, FIRST), agreed(3, FIRST, "deb-2")),
        ),
        (
            [agreed(n, FIRST) for n in range(3)],
            "共 3 件",
            [agreed(n, FIRST, "deb-no") for n in range(3)],
        ),
    ],
    "many-extensions": [
        (
            (extended(FIRST, 1), extended(FIRST, 2), extended(FIRST + YEAR, 1)),
            "2026-03-02 至 2027-03-02 共 3 次（365 天内达到 3 次即提示）",
            (extended(FIRST, 1), extended(FIRST, 2), extended(FIRST + YEAR + DAY, 1)),
        ),
        (
            [extended(FIRST, n) for n in (1, 2, 3)],
            "共 3 次",
            (*(extended(FIRST, n) for n in (1, 2)), extended(FIRST, 3, unit_id=OTHER_UNIT)),
        ),
    ],
    "single-source-to-one-supplier": [
        (
            (
                bought("SINGLE_SOURCE", 1),
                bought("SINGLE_SOURCE", 2),
                contract("100.01", FIRST, 1),
                contract("200.00", FIRST + YEAR, 2),
            ),
            "100.01 + 200.00 = 300.01",
            (
                bought("SINGLE_SOURCE", 1),
                bought("SINGLE_SOURCE", 2),
                contract("100.01", FIRST, 1),
                contract("200.00", FIRST + YEAR + DAY, 2),
            ),
        ),
        (
            (
                bought("SINGLE_SOURCE"),
                contract("1.00", FIRST),
                contract("2.00", FIRST),
            ),
            "1.00 + 2.00 = 3.00",
            (bought("OPEN_TENDER"), contract("1.00", FIRST), contract("2.00", FIRST)),
        ),
    ],
}

# -- all of them at once ------------------------------------------------------------------------

_TOGETHER: list[Event] = [
    *(near(11, "4900000.00", unit_id=OTHER_UNIT), near(12, "4900000.00", unit_id=OTHER_UNIT)),
    *(part(21, "3000000.00"), part(22, "3000000.00")),
    event("ProjectDeclared", FIRST),
    *(replied(), filed("145000.00"), contract("1000000.00", REPLIED - DAY)),
    *(late(FIRST), late(FIRST)),
    *(extended(FIRST, n) for n in (31, 32, 33)),
]
SEEDED: list[Event | Step] = [Step(each, by(f"person-{n}")) for n, each in enumerate(_TOGETHER)]
SEEDED += [agreed(n, FIRST) for n in (41, 42, 43)]
SEEDED += [Step(event("AcceptanceConcluded", REPLIED), by("x", instead_of="person-4"))]
KNOWN = [
    "contract-before-reply",
    "contracts-equal-approved-total",
    "cumulative-change-near-limit",
    "many-extensions",
    "near-merged-plan-limit",
    "repeated-exceptions-by-one-person",
    "repeated-late-notices",
    "same-person-both-sides",
    "split-projects",
]
