"""演示: the city at work, over HTTP only; every answer is compared with the regulation's."""

import asyncio
import time
from collections.abc import Mapping

import httpx
from rich.console import Console

from deploy.demo import epilogue
from deploy.demo.board import Board
from deploy.demo.calendar import Calendar
from deploy.demo.cast import Project
from deploy.demo.client import City, Surprise
from deploy.demo.scenarios import STORIES
from deploy.demo.steps.registration import compile_annual_lists
from deploy.demo.story import Story, Telling

__all__ = ["STORIES", "City", "Surprise", "run", "tell"]

LISTS = "年度清单"
"""The bureau's own line: it compiles the lists that the stories' projects enter."""


async def run(base_url: str, console: Console) -> None:
    """Tell all stories to the sandbox at an address, then show what the auditors see.

    Raises Surprise at the first answer that is not what the regulation says.
    """
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        city = City.at(http, base_url)
        board, begun = Board(console), time.monotonic()
        with board.shown():
            projects = await tell(city, STORIES, board)
        console.print(
            f"\n{len(STORIES)}个故事，{len(projects)}个项目，"
            f"{board.steps}步，其中{board.refusals}步依规未予办理；全部与规定相符，"
            f"用时{time.monotonic() - begun:.1f}秒\n"
        )
        await epilogue.show_timeline(city, projects[0], console)
        for project in projects:
            await epilogue.check_replay(city, project)
        console.print(f"\n重放核对：{len(projects)}个项目，审计重放与各服务所答一致\n")
        await epilogue.check_integrity(city, console)


async def tell(city: City, stories: Mapping[str, Telling], board: Board) -> list[Project]:
    """Tell stories side by side on one calendar; the projects, in the order of the stories.

    The first Surprise ends them all.
    """
    calendar = Calendar(city, await city.today(), parts=len(stories) + 1)
    candidates: list[Project] = []

    async def play(story: Story, telling: Telling) -> None:
        await telling(story)
        await calendar.leave()

    cast = {LISTS: compile_annual_lists, **stories}
    told = [Story(title, city, calendar, board, candidates) for title in cast]
    for story in told:
        board.add(story.title)
    try:
        async with asyncio.TaskGroup() as group:
            for story in told:
                group.create_task(play(story, cast[story.title]))
    except ExceptionGroup as failures:
        surprises, others = failures.split(Surprise)
        if surprises is None or others is not None:
            raise
        raise surprises.exceptions[0] from None
    return [project for story in told for project in story.projects]
