"""加密销毁: it is decided on the keys that are held."""

from shared.events.destructions import Destruction, KeysDestroyed
from shared.standing.destruction import destroy_keys, keys_are_held
from tests.support.builders import document
from tests.support.given_when_then import SUBJECT, Case

ASKED = Destruction(
    subject=f"project:{SUBJECT}",
    reason="保存期限届满",
    document=document("批准书", "乐数〔2027〕3号"),
)


def holding(*keys: str) -> Case:
    return Case(None, lambda state, event: state, keys, "registry")


def test_all_keys_of_the_subject_are_destroyed() -> None:
    decided = holding("a", "b").when(destroy_keys, ASKED).then(KeysDestroyed)
    decided.having(keys=("a", "b"), destroys=("a", "b"))
    assert list(decided.events[0].subjects()) == [ASKED.subject]


def test_where_there_is_no_key_there_is_nothing_to_destroy() -> None:
    holding().when(destroy_keys, ASKED).then_broken(keys_are_held)
