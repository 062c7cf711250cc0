"""不予受理: what is not dealt with here."""

from uuid import uuid4

import httpx

from deploy.demo.cast import AUD, DRC
from deploy.demo.client import Surprise
from deploy.demo.scenarios.units import JUSTICE
from deploy.demo.steps import registration
from deploy.demo.story import Story


async def not_at_this_door(story: Story) -> None:
    """涉密项目不在此办理，且不留内容；无权的部门不得代办."""
    await story.on(1, 15)
    await story.is_turned_away(
        DRC,
        "/registry/v1/units",
        JUSTICE.profile,
        status=httpx.codes.FORBIDDEN,
        code="not_authorised",
        says="代市数字经济局登记单位",
    )
    await registration.register(story, JUSTICE)
    name = "某专用通信保障工程"
    declared = registration.declaration(
        JUSTICE, uuid4(), name, "8,000,000.00", story.today.year + 1, classified=True
    )
    problem = await story.is_refused(
        JUSTICE.officer,
        "/registry/v1/projects",
        declared,
        rule="project_is_not_classified",
        article=54,
        says="申报涉密项目",
    )
    kept = await story.city.get(AUD, f"/audit/v1/refusals?unit={JUSTICE.id}")
    if kept.status_code != httpx.codes.OK or "declare_project" not in kept.text:
        raise Surprise(f"不予受理应登记在案：{kept.text[:300]}")
    if name in kept.text or name in problem.model_dump_json() or str(declared.total) in kept.text:
        raise Surprise("涉密申报的内容不得留存")
    story.tell("登记了不予受理，未留存所报内容")
