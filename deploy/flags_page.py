"""红旗页: every flag with its definition and figures, published as `docs/flags.md`.

`python -m deploy.flags_page > docs/flags.md` writes it.
"""

import sys
from collections.abc import Iterable

from services.audit.flags import FLAGS, NOTICE
from services.audit.flags.answer import FlagDefinition, Parameter
from shared.regulation.pack import Policy, installed

_HEAD = """# 红旗：供审计核实的线索

共 {count} 种。本页由 `python -m deploy.flags_page > docs/flags.md` 生成，请勿手改；\
定义出自 `services/audit/flags/`，提示值出自政策包的 `[flags]`。

**{notice}**

- `GET /audit/v1/flags` 列出触发的红旗，由近及远，每页至多 200 条；可按红旗（`rule`）、\
项目（`project_id`）、项目单位（`unit_id`）、起止日期（`from`、`to`，按最后一个所据事件的法定日期）\
筛选；`as_of` 只看截至某一法定日期的事件。
- `GET /audit/v1/flags/definitions` 给出下列定义，及其在某一日（`as_of`）的参数。二者只供市审计局。
- 每条红旗附所用参数、计算和所据的全部事件（服务、日志位置、流、版本、事件标识），\
可在项目历史和审计包中逐一核对。
- 参数按最后一个所据事件当日的政策包取值（跨项目按天数计数的，按查询截至日）；\
提示值改动时在政策包中另写一项，写明自何日起，原有的保留。\
提示值不是办法的规定，解释和另策重演都不改动它。
- 人员以其标识示出，姓名在项目历史中；受托办理的，受托人和委托人都计入。
- 全部由已入库的事件算出：线下的行为、文件的内容、未经本系统的支付，红旗看不到。\
相似度只比较字面，改写措辞即可避开；没有红旗不等于没有问题。

| 红旗 | 名称 | 条号 |
|---|---|---|
"""


def definitions() -> tuple[FlagDefinition, ...]:
    """Every flag, with the figures that the newest pack begins with."""
    pack = installed().packs[-1]
    policy = Policy(pack, pack.valid_from)
    return tuple(FlagDefinition.of(flag, policy) for flag in FLAGS.values())


def markdown(found: Iterable[FlagDefinition]) -> str:
    """The page."""
    flags = tuple(found)
    head = _HEAD.format(count=len(flags), notice=NOTICE)
    rows = [f"| [`{f.id}`](#{f.id}) | {f.title} | {'、'.join(f.articles)} |" for f in flags]
    return head + "\n".join((*rows, "", *map(_section, flags)))


def _section(flag: FlagDefinition) -> str:
    lines = [
        f"## {flag.id}",
        "",
        f"**{flag.title}**（第{'、'.join(flag.articles)}条）",
        "",
        flag.says,
    ]
    if flag.parameters:
        lines += ["", "| 参数 | 值 | 自 | 条号 | 含义 |", "|---|---|---|---|---|"]
        lines += map(_row, flag.parameters)
    return "\n".join((*lines, ""))


def _row(each: Parameter) -> str:
    return f"| `{each.key}` | {each.value} | {each.since} | {each.article} | {each.note} |"


if __name__ == "__main__":
    sys.stdout.write(markdown(definitions()))
