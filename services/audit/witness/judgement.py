"""判断: whether a checkpoint fits what is known of its log; pure.

A misfit is what no honest log shows: it is raised, not returned, and never cosigned.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, NoReturn

from pydantic import Field, ValidationError

from shared.eventstore.checkpoints import Checkpoint
from shared.eventstore.cosigned import Cosigned
from shared.eventstore.merkle import digest_of
from shared.eventstore.notes import Note
from shared.eventstore.proofs import root_from_consistency
from shared.eventstore.signing import Sm2Missing, VerifierKey
from shared.kernel.model import Record

__all__ = ["Fault", "Misfit", "Seen", "adopted", "leads_on", "read", "same_tree", "signed"]


class Fault(StrEnum):
    UNREADABLE = "UNREADABLE"
    FOREIGN = "FOREIGN"
    SIGNATURE = "SIGNATURE"
    SHORTER = "SHORTER"
    FORKED = "FORKED"
    INCONSISTENT = "INCONSISTENT"
    NOT_AS_FOLLOWED = "NOT_AS_FOLLOWED"


class Misfit(Exception):
    """What a log showed does not fit; `reason` says it to people."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault, self.reason = fault, reason


class Seen(NamedTuple):
    """A checkpoint as it was shown."""

    note: Note
    checkpoint: Checkpoint


class _Proof(Record):
    origin: str
    hash: str
    smaller: int = Field(alias="from")
    to: int
    path: tuple[str, ...] = Field(max_length=130)


def read(content: str, origin: str) -> Seen:
    """The checkpoint of the log of that name; Misfit where it is none."""
    try:
        note = Note.of(content)
        checkpoint = Checkpoint.of(note)
    except ValueError as error:
        raise Misfit(Fault.UNREADABLE, f"检查点不能读取：{error}") from None
    if checkpoint.origin != origin:
        raise Misfit(Fault.FOREIGN, f"检查点的名称是 {checkpoint.origin}，不是 {origin}")
    return Seen(note, checkpoint)


def signed(note: Note, keys: Iterable[VerifierKey]) -> bool:
    """Whether a known key has signed; Misfit where one is said to have and has not."""
    good = False
    for key in keys:
        for line in filter(key.made, note.lines):
            if not key.verifies(note.text, line):
                raise Misfit(Fault.SIGNATURE, f"公钥 {key.name}+{key.key_id.hex()} 的签名不符")
            good = True
    return good


def adopted(note: Note, offered: Sequence[VerifierKey], origin: str) -> list[VerifierKey]:
    """Of the keys a log offers, those with which this very note is signed."""
    return [
        key
        for key in offered
        if key.name == origin and any(_verifies(key, note, line) for line in note.lines)
    ]


def _verifies(key: VerifierKey, note: Note, line: Any) -> bool:
    try:
        return key.verifies(note.text, line)
    except Sm2Missing:
        return False  # it is taken up where the library is there


def same_tree(last: Cosigned, shown: Checkpoint) -> bool:
    """Whether nothing was added since `last`; Misfit where something was taken away or changed."""
    if shown.size < last.size:
        raise Misfit(
            Fault.SHORTER, f"曾见证到 {last.size} 条，现在只有 {shown.size} 条：日志被截短"
        )
    if shown.size == last.size and shown.root != last.root:
        raise Misfit(Fault.FORKED, f"同为 {shown.size} 条，根与见证时不同：日志被改写")
    return shown.size == last.size


def leads_on(last: Cosigned, shown: Checkpoint, content: bytes) -> None:
    """Return if the proof leads from `last` to what is shown; Misfit otherwise."""
    try:
        proof = _Proof.model_validate_json(content)
        path = [bytes.fromhex(node) for node in proof.path]
        digest = digest_of(shown.hash)
        root = root_from_consistency(digest, last.size, last.root, shown.size, path)
    except (ValidationError, ValueError):
        _inconsistent(last, shown)
    if root != shown.root:
        _inconsistent(last, shown)


def _inconsistent(last: Cosigned, shown: Checkpoint) -> NoReturn:
    raise Misfit(
        Fault.INCONSISTENT,
        f"不能证明现在的 {shown.size} 条是在见证过的 {last.size} 条之后添加的：日志被改写",
    )
