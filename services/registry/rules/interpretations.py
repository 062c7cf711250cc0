"""Rules on interpretations: by whom, of what, from when (第五十六条)."""

from datetime import date

from shared.events.registry import Interpretation
from shared.regulation import Policy, Verdict, article, holds
from shared.regulation.pack import DatedValue


@article(
    56,
    row="56-1",
    says="解释由规定的部门会同作出，以带文号的文件为据",
    remedy="会同所缺部门作出解释，在 issued_with 中填写部门代码，并补充文号",
)
def interpretation_is_joint(interpretation: Interpretation, policy: Policy) -> Verdict:
    missing = [
        policy.body_name(body)
        for body in policy.codes("interpreting_bodies")
        if body not in interpretation.issued_with
    ]
    number = interpretation.document.number
    return holds(
        not missing and number is not None,
        f"未会同：{'、'.join(missing) or '无'}；文号：{number or '无'}",
    )


@article(
    56,
    row="56-1",
    says="解释不溯及既往",
    remedy="将 since 改为今天或以后的日期",
)
def interpretation_looks_ahead(interpretation: Interpretation, today: date) -> Verdict:
    return holds(interpretation.since >= today, f"生效日期{interpretation.since}，公布日期{today}")


@article(
    56,
    row="56-1",
    says="解释只确定条文未定或授权另定的参数，条文写明的数值不变",
    remedy="条文写明的数值只能由新的管理办法更改；核对 key",
)
def interpreted_value_is_left_open(present: DatedValue | None) -> Verdict:
    if present is None:
        return holds(True, "不改动参数")
    settled = "由解释确定" if present.left_open else "由条文写明"
    return holds(present.left_open, f"{present.key}（第{present.article}条）{settled}")
