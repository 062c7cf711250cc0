"""四性: authenticity, integrity, usability and safety of what a bundle holds, item by item."""

from collections.abc import Iterator
from typing import Any

from services.audit.bundle.facts import Facts
from services.audit.bundle.verify import COSIGNATURE, Fault, Verdict, signatures_of
from shared.kernel.coded import Coded


class Finding(Coded):
    """检测结果."""

    PASS = "PASS", "通过"  # nosec B105 - a result, no password
    FAIL = "FAIL", "不通过"
    OPEN = "OPEN", "未能证明"
    NOTE = "NOTE", "提示"


def properties(facts: Facts, found: Verdict | Fault) -> Iterator[dict[str, Any]]:
    """The four properties, each with its items, its result and what it does not show."""
    project = isinstance(found, Verdict) and found.project_id is not None
    yield _property("AUTHENTICITY", "真实性", _authentic(facts, found), _AUTHENTIC_LIMITS)
    yield _property("INTEGRITY", "完整性", _whole(facts, found, project=project), _WHOLE_LIMITS)
    yield _property("USABILITY", "可用性", _usable(facts), _USABLE_LIMITS)
    yield _property("SAFETY", "安全性", _safe(facts), _SAFE_LIMITS)


_AUTHENTIC_LIMITS = (
    "证明的是所记内容自记入以来未变，不证明所记的事情属实。",
    "没有会签时，根只是审计服务所见的根；能重写全部日志并持有日志签名私钥的人，"
    "只有另行留存的检查点或见证方的会签可以揭穿。",
)
_WHOLE_LIMITS = (
    "不能证明其他记录流中没有与本包有关而未列入的事件，也不能证明此后没有更晚的事件。",
    "应记而从未记入的事，任何日志都不能发现。",
)
_USABLE_LIMITS = (
    "文件本身不在包内，由持有部门保存；以摘要值核对。",
    "可读是指能按本版程序所知的格式读出；格式说明在 README.txt 和 docs/bundles.md。",
)
_SAFE_LIMITS = (
    "只查找密级标志；没有标志的涉密内容、附件中的内容不能发现。",
    "未加密的事件原文可能含经办人姓名，本包须按内部资料保管。",
)


def _property(
    code: str, name: str, items: Iterator[dict[str, Any]], limits: tuple[str, ...]
) -> dict[str, Any]:
    told = list(items)
    results = {each["result"] for each in told}
    worst = next((f for f in (Finding.FAIL, Finding.OPEN) if f.value in results), Finding.PASS)
    return {
        "code": code,
        "name": name,
        "result": worst.value,
        "label": worst.label,
        "items": told,
        "limits": list(limits),
    }


def _item(what: str, checked: int, at_fault: int, finding: Finding | None = None) -> dict[str, Any]:
    """What was checked, how many of it, and how many of those were not in order."""
    result = finding or (Finding.FAIL if at_fault else Finding.PASS)
    return {
        "what": what,
        "checked": checked,
        "at_fault": at_fault,
        "result": result.value,
        "label": result.label,
    }


def _authentic(facts: Facts, found: Verdict | Fault) -> Iterator[dict[str, Any]]:
    if isinstance(found, Fault):
        yield _item(f"核验止于第一处不符：{found.chinese}", facts.total, 1)
        return
    yield _item("事件各字段与其叶哈希相符", found.events, 0)
    yield _item("事件确在日志的该位置上（包含证明通向日志的根）", found.events, 0)
    logs = [log for log in found.logs if log.size]
    signed = witnessed = 0
    for log in logs:
        note = found.checkpoints.get(log.service)
        kinds = {s.key.kind for s in signatures_of(note, found.keys)} if note else set()
        signed += bool(kinds - {COSIGNATURE})
        witnessed += COSIGNATURE in kinds
    for what, count in (("日志签名的检查点", signed), ("见证方的会签", witnessed)):
        missing = len(logs) - count
        yield _item(what, len(logs), missing, Finding.OPEN if missing else Finding.PASS)
    yield _item("载明经办人", facts.total - facts.unreadable, facts.without_actor)


def _whole(facts: Facts, found: Verdict | Fault, *, project: bool) -> Iterator[dict[str, Any]]:
    if isinstance(found, Fault):
        yield _item("事件是否齐全（核验已在真实性处止步）", facts.total, 0, Finding.OPEN)
        return
    if project:
        yield _item("项目记录流从第 1 版起没有缺号", found.events, 0)
        yield _item("事件按因果次序排列", found.events, 0)
        yield _item("决定记录与事件所载一致", found.decisions, 0)
    else:
        yield _item("各日志在该期间的位置连续，首尾均有边界事件或即日志首尾", found.events, 0)
    yield _item("所引用的文件均有摘要值", facts.documents, facts.without_digest)


def _usable(facts: Facts) -> Iterator[dict[str, Any]]:
    yield _item("事件可按所载类型和版本读出", facts.total, facts.unreadable)
    yield _item("核验程序随包，只用标准库", 1, 0)


def _safe(facts: Facts) -> Iterator[dict[str, Any]]:
    yield _item("事件文本不带密级标志", facts.total - facts.unreadable, facts.marked)
    yield _item("个人和敏感内容已加密的事件", facts.total, 0, Finding.NOTE) | {
        "found": facts.encrypted
    }
    if facts.sandbox:
        yield _item("沙箱时钟下记入，不是正式记录", facts.total, 0, Finding.NOTE) | {
            "found": facts.sandbox
        }
