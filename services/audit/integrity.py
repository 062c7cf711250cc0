"""完整性: what was followed, hashed again and held against what each service says of its log."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from shared.eventstore.cosigned import Alarm
from shared.eventstore.inbox import Inbox
from shared.eventstore.merkle import Frontier, digest_of
from shared.eventstore.verify import leaf_of
from shared.kernel.model import Record
from shared.web.feed import LogHead

PAGE = 1000


class LogIntegrity(Record):
    """日志完整性: one service's log as followed and as it speaks of itself."""

    service: str
    intact: Annotated[bool, Field(title="是否一致")]
    position: Annotated[int, Field(title="已核对到的位置")]
    root: Annotated[str, Field(title="按已核对事件重算的默克尔根")]
    reason: Annotated[str, Field(title="不一致之处")] = ""

    def with_alarms(self, alarms: Sequence[Alarm]) -> Self:
        """The same, not intact where the witness has seen what did not fit."""
        if not alarms:
            return self
        seen = "；".join(
            f"{alarm.raised_at.isoformat()} 见证不符：{alarm.reason}" for alarm in alarms
        )
        reason = f"{self.reason}；{seen}" if self.reason else seen
        return self.model_copy(update={"intact": False, "reason": reason})


def check(inbox: Inbox, service: str, head: LogHead) -> LogIntegrity:
    """Hash again every event followed up to `head`, and compare leaves and root."""
    digest = digest_of(head.hash)
    frontier = Frontier(digest)
    followed = inbox.position(service)
    reason = ""
    if followed > head.position:
        reason = f"已跟随到位置 {followed}，该服务现仅有 {head.position}：日志被截短"
    while not reason and frontier.size < head.position:
        page = inbox.rows(service, frontier.size, min(PAGE, head.position - frontier.size))
        if not page:
            reason = f"只跟随到位置 {frontier.size}"
        for row in page:
            if row.position != frontier.size + 1:
                reason = f"位置 {frontier.size + 1} 缺失"
                break
            if leaf_of(row, digest) != row.leaf:
                reason = f"位置 {row.position} 的内容与其叶哈希不符"
                break
            frontier.append(row.leaf)
    root = frontier.root().hex()
    if not reason and root != head.root:
        reason = f"位置 {frontier.size} 处的根与该服务所示不同"
    return LogIntegrity(
        service=service, intact=not reason, position=frontier.size, root=root, reason=reason
    )
