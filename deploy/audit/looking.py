"""`govit audit timeline` and `as-of`: the steps of a project, and how things stood."""

from typing import Annotated, Any

import typer

from deploy.asking import DEFAULT_URL, AsJson, ServerUrl, ask, console, fail, write_json
from deploy.audit.subjects import (
    KnownAt,
    Positions,
    Subject,
    SubjectArgument,
    ValidAt,
    Versions,
    cut_of,
    project_of,
    said,
    subject_of,
)
from deploy.audit.telling import show_eligibility, show_state
from deploy.timeline import show_history


def timeline(
    project: Annotated[str, typer.Argument(help="项目标识")],
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    positions: Positions = None,
    versions: Versions = None,
    steps: Annotated[int | None, typer.Option(min=0, help="只看前若干步")] = None,
    url: ServerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """一个项目在全部服务中的逐步历史，以及它们合成的状态；可回到任一截面。"""
    asked: dict[str, Any] = {**cut_of(valid_at, known_at, positions, versions)}
    if steps is not None:
        asked["steps"] = steps
    history = ask(url, f"/audit/v1/projects/{project_of(project)}/history", asked)
    if as_json:
        write_json(history)
    else:
        show_history(console, history)


def as_of(
    subject: SubjectArgument,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    positions: Positions = None,
    versions: Versions = None,
    action: Annotated[
        str | None, typer.Option(help="单位的资格：当时能否办理此事项，如 DECLARE")
    ] = None,
    project: Annotated[str | None, typer.Option(help="与 --action 同用：所涉项目")] = None,
    url: ServerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """项目、单位、年度清单在任一截面的状态；--action 问单位当时的资格。"""
    about = subject_of(subject)
    cut = cut_of(valid_at, known_at, positions, versions)
    if about.kind == "list" and "versions" in cut:
        fail("年度清单按年份查看，没有流版本；请用 --positions")
    if action is not None:
        answer = ask(url, "/audit/v1/eligibility", _question(about, action, project, cut))
    else:
        answer = ask(url, about.path, cut)
    if as_json:
        write_json(answer)
    elif action is not None:
        show_eligibility(console, answer)
    else:
        console.print(f"截面：{said(cut)}")
        show_state(console, about.kind, answer)


def _question(
    about: Subject, action: str, project: str | None, cut: dict[str, str]
) -> dict[str, str]:
    if about.kind != "unit":
        fail("--action 问的是单位：请以统一社会信用代码为 SUBJECT")
    if "versions" in cut:
        fail("资格涉及多个流，没有流版本；请用 --positions")
    asked = {"unit": about.id, "action": action}
    if project is not None:
        asked["project"] = project_of(project)
    # The day an eligibility is asked for is also the one it is counted by.
    return asked | {"as_of" if name == "valid_at" else name: v for name, v in cut.items()}
