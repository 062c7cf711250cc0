"""Rules of the system catalogue, in article order."""

from services.registry.state import Phase, System
from shared.events.registry import Declaration, SystemCategory
from shared.regulation import Verdict, article, holds


@article(
    2,
    row="2-1",
    says="只受理六类政务信息化项目及其系统",
    remedy="确属六类之一的，改填类别；不属于的，不适用本办法，另按相应规定办理",
)
def category_is_in_scope(category: SystemCategory) -> Verdict:
    return holds(category is not SystemCategory.OUT_OF_SCOPE, f"类别为{category.label}")


@article(8, row="8-0", says="系统尚未停用", remedy="已停用的系统不再更新、复核或要求停用")
def system_has_not_stopped(system: System) -> Verdict:
    stopped = system.phase is Phase.STOPPED
    return holds(
        not stopped,
        f"系统已于{system.stopped_on}停用" if stopped else "系统未停用",
        basis=[system.stopped],
    )


@article(8, row="8-0", says="撤销的是现行的停用要求", remedy="核对系统状态")
def system_is_required_to_stop(system: System) -> Verdict:
    required = system.phase is Phase.TO_STOP
    return holds(required, "有停用要求" if required else "没有停用要求", basis=[system.required])


@article(
    9,
    row="9-1",
    says="项目所涉系统须纳入本单位的系统目录",
    remedy="先将系统编入系统目录，再以其条目申报",
)
def system_is_catalogued(system: System, declaration: Declaration) -> Verdict:
    entry = system.entry
    if entry is None or entry.unit_id != declaration.unit_id:
        # Nothing of another unit's system is told, not even whether there is one.
        return holds(False, f"本单位的系统目录中没有条目{declaration.system_id}")
    return holds(True, f"条目“{entry.name}”属于单位{entry.unit_id}", unit=declaration.unit_id)


@article(9, row="9-1", says="系统须先编入系统目录", remedy="先由所属单位编目")
def system_has_an_entry(system: System) -> Verdict:
    return holds(system.entry is not None, "已编目" if system.entry else "系统目录中没有该系统")


@article(9, row="9-1", says="系统尚属暂列", remedy="已在用的系统不再转为在用")
def system_is_provisional(system: System) -> Verdict:
    return holds(not system.runs, "系统已在用" if system.runs else "系统为暂列")
