"""结果: how an access ended."""

from shared.kernel.coded import Coded


class AccessOutcome(Coded):
    """访问结果."""

    GRANTED = "GRANTED", "准予：已答复"
    REHEARSED = "REHEARSED", "试办：未作记录"
    UNAUTHENTICATED = "UNAUTHENTICATED", "身份未经验证"
    FORBIDDEN = "FORBIDDEN", "无权"
    HIDDEN = "HIDDEN", "无权查看，按不存在答复"
    NOT_FOUND = "NOT_FOUND", "不存在"
    THROTTLED = "THROTTLED", "请求过于频繁"
    LOST = "LOST", "未能记下的访问（filter 中为条数）"


OF_STATUS = {
    200: AccessOutcome.GRANTED,
    304: AccessOutcome.GRANTED,
    401: AccessOutcome.UNAUTHENTICATED,
    403: AccessOutcome.FORBIDDEN,
    404: AccessOutcome.NOT_FOUND,
    429: AccessOutcome.THROTTLED,
}
"""What is kept of a read; any other status gave nothing away and denied nobody."""

DENIED = frozenset(status for status in OF_STATUS if status >= 400)
"""What is kept of a command: an accepted one is in the log of events, a refused one too."""
