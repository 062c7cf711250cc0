"""故事: one project's way through the city, told step by step as it happens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from deploy.demo.board import Board
from deploy.demo.calendar import Calendar
from deploy.demo.cast import Project, signature
from deploy.demo.client import City
from shared.kernel.actor import Actor
from shared.kernel.model import Record
from shared.web.problems import Problem
from shared.web.receipts import Receipt


@dataclass
class Story:
    """What a story needs: the city, the calendar, and somewhere to tell each step."""

    title: str
    city: City
    calendar: Calendar
    board: Board
    candidates: list[Project] = field(default_factory=list)
    """Projects that the bureau will put on the annual list; shared by all stories."""
    projects: list[Project] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.calendar.today

    async def on(self, month: int, day: int) -> None:
        """Go on with the story on a day of the n-th month."""
        await self.calendar.reach(self.calendar.day(month, day))

    def day(self, month: int, day: int) -> date:
        return self.calendar.day(month, day)

    def tell(self, text: str, *, refusal: bool = False) -> None:
        self.board.tell(self.title, text, self.today, refusal=refusal)

    async def act(self, actor: Actor, path: str, command: Record, says: str) -> Receipt:
        """A step that must be taken."""
        receipt = await self.city.act(actor, path, command)
        self.tell(f"{signature(actor)}：{says}")
        return receipt

    async def is_refused(
        self, actor: Actor, path: str, command: Record, *, rule: str, article: int, says: str
    ) -> Problem:
        """A step that the regulation must refuse."""
        problem = await self.city.is_refused(actor, path, command, rule=rule, article=article)
        broken = next(b for b in problem.rules if b.rule == rule)
        self.tell(
            f"{signature(actor)}：{says}；依第{article}条不予办理：{broken.text}", refusal=True
        )
        return problem

    async def is_turned_away(
        self,
        actor: Actor,
        path: str,
        command: Record,
        *,
        status: int,
        code: str,
        says: str,
        if_match: str | None = None,
    ) -> Problem:
        """A step that must not even be considered."""
        problem = await self.city.is_turned_away(
            actor, path, command, status=status, code=code, if_match=if_match
        )
        self.tell(f"{signature(actor)}：{says}；{status} {problem.detail}", refusal=True)
        return problem


Telling = Callable[[Story], Awaitable[None]]
"""A story as it is told: it takes its steps, and raises Surprise where one comes out otherwise."""


def basis_of(problem: Problem) -> set[UUID]:
    """Ids of the events that a refusal rests on."""
    return {ref.event_id for ref in problem.decision.basis} if problem.decision else set()
