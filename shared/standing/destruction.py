"""加密销毁: whose keys may be destroyed (第五条)."""

from collections.abc import Sequence

from shared.events import Event
from shared.events.destructions import Destruction, KeysDestroyed
from shared.regulation.decision import Context
from shared.regulation.rule import Verdict, article, holds


@article(
    5,
    row="5-1",
    says="销毁的是本服务为该对象保存的密钥",
    remedy="核对对象标识；本服务没有其密钥的，不必在此销毁",
)
def keys_are_held(keys: Sequence[str]) -> Verdict:
    return holds(bool(keys), f"本服务有其密钥{len(keys)}个")


def destroy_keys(
    state: None, destruction: Destruction, keys: Sequence[str], context: Context
) -> Event:
    """加密销毁（第五条）: what was sealed for a subject is never read again."""
    context.require(keys_are_held(keys))
    return KeysDestroyed(
        on=context.date_of(destruction),
        destruction_id=context.subject_id,
        keys=tuple(keys),
        destruction=destruction,
    )
