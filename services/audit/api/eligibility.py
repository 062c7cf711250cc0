"""HTTP: may a unit begin something, may a project get money."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.audit.api.asking import CityOn, asked, today
from services.audit.eligibility import Eligibility, Question, Unknown, answer
from shared.kernel.actor import Actor
from shared.kernel.model import Record
from shared.web.actors import CurrentActor, authorise
from shared.web.problems import ProblemError, problems
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["资格"])


class QuestionBatch(Record):
    """批量资格查询."""

    questions: Annotated[
        tuple[Question, ...], Field(title="查询条件", min_length=1, max_length=200)
    ]


class AnswerBatch(Record):
    """批量资格查询结果, in the order of the questions."""

    answers: tuple[Eligibility, ...]


@router.get("/eligibility", responses=problems(404))
async def read_eligibility(
    request: Request, actor: CurrentActor, question: Annotated[Question, Query()]
) -> Eligibility:
    """资格查询：某单位能否办理某事项，受哪些条款限制，自何时起，如何解除。"""
    (found,) = await _answers(request, actor, [question])
    return found


@router.post("/eligibility", responses=problems(400, 404, 413, 415))
async def read_eligibilities(
    request: Request, actor: CurrentActor, content: QuestionBatch
) -> AnswerBatch:
    """批量资格查询：一次至多二百项；只作查询，不留办理记录。"""
    return AnswerBatch(answers=tuple(await _answers(request, actor, content.questions)))


async def _answers(
    request: Request, actor: Actor, questions: tuple[Question, ...] | list[Question]
) -> list[Eligibility]:
    runtime: Runtime = request.app.state.runtime
    policy, day = runtime.policy_to_read(), today(request)
    for question in questions:
        authorise(actor, policy, read_eligibility.__name__, frozenset({question.unit}))

    def all_of_them(city_on: CityOn) -> list[Eligibility]:
        return [answer(city_on(q.as_of or day, q.seen), q) for q in questions]

    try:
        return await asked(request, all_of_them)
    except Unknown as error:
        raise ProblemError("not_found", str(error)) from None
