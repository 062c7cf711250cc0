"""规则: a named function that cites its article and says, with its arithmetic, whether it holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import update_wrapper
from typing import Any, Generic, Literal, NamedTuple, ParamSpec, get_args

from shared.kernel.actor import EventRef

P = ParamSpec("P")


Mode = Literal["HARD", "SOFT", "GATE", "ADVICE"]
"""How a row of the regulation binds; ADVICE weighs on a decision, and stops nothing.

No enumeration: every check of every decision is written with it, and writing a member costs ten
times as much as writing a string.
"""


@dataclass(slots=True)
class Check:
    """规则核对: what a rule says, what it looked at, how it came out, what to do next.

    Nobody changes one. It is not frozen all the same: a frozen one takes four times as long to
    make, and a declaration makes some twenty.
    """

    rule: str
    article: str
    """条号, for example `29`."""
    row: str
    """Row of the regulation's checklist, for example `29-1`."""
    mode: Mode
    says: str
    holds: bool
    text: str
    """The finding in words, with its arithmetic."""
    inputs: dict[str, str] = field(default_factory=dict)
    remedy: str = ""
    """What lifts the block; empty where the rule holds."""
    basis: tuple[EventRef, ...] = ()
    """Events of any service that the finding rests on."""
    exempted_by: EventRef | None = None
    """The exception that lifts it for this case (原则上, 第五十三条), where it does not hold."""
    not_before: date | None = None
    """First day on which it will hold by itself, where only time is missing."""

    @property
    def stands(self) -> bool:
        """Whether the act may go on as far as this rule is concerned."""
        return self.holds or self.exempted_by is not None or self.mode == "ADVICE"


class Verdict(NamedTuple):
    """What a rule function answers."""

    holds: bool
    text: str
    inputs: dict[str, str]
    basis: tuple[EventRef, ...]
    not_before: date | None = None


def holds(
    condition: bool,
    text: str,
    *,
    basis: Iterable[EventRef | None] = (),
    not_before: date | None = None,
    **inputs: Any,
) -> Verdict:
    """The verdict `condition`, its arithmetic as `text`, and the values it looked at.

    `not_before` is the first day on which it holds, where nothing but time is missing.
    """
    return Verdict(
        bool(condition),
        text,
        {k: str(v) for k, v in inputs.items()},
        tuple(filter(None, basis)),
        not_before,
    )


def broken(text: str, *, basis: Iterable[EventRef | None] = (), **inputs: Any) -> Verdict:
    """A rule that does not hold, and why."""
    return holds(False, text, basis=basis, **inputs)


class Rule(Generic[P]):
    """A rule function with its citation; calling it checks it."""

    def __init__(
        self,
        function: Callable[P, Verdict],
        *,
        number: str,
        row: str,
        says: str,
        remedy: str,
        mode: Mode,
    ) -> None:
        self.function = function
        self.name = function.__name__
        self.service = function.__module__.split(".")[1]
        self.article, self.row, self.says, self.remedy, self.mode = number, row, says, remedy, mode
        update_wrapper(self, function)
        if self.name in RULES:
            raise ValueError(f"two rules are named {self.name}")
        RULES[self.name] = self

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Check:
        """Check the rule; pure, raises nothing of its own."""
        holding, text, inputs, basis, not_before = self.function(*args, **kwargs)
        made = Check(self.name, self.article, self.row, self.mode, self.says, holding, text, inputs)
        made.basis = basis
        if not holding:
            made.remedy, made.not_before = self.remedy, not_before
        return made


RULES: dict[str, Rule[Any]] = {}
"""Every rule of the services imported so far, by name, in the order of their definition."""


def article(
    number: int, *, row: str, says: str, remedy: str, mode: Mode = "HARD"
) -> Callable[[Callable[P, Verdict]], Rule[P]]:
    """Make a function a rule of article `number` (row `row` of the checklist).

    `says` is the rule in our own words, `remedy` what the caller can do when it is broken.
    """

    if mode not in get_args(Mode):
        raise ValueError(f"a rule does not bind in mode {mode}")

    def decorate(function: Callable[P, Verdict]) -> Rule[P]:
        return Rule(function, number=str(number), row=row, says=says, remedy=remedy, mode=mode)

    return decorate
