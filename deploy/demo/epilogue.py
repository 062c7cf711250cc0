"""终章: what the auditors see when the stories are over."""

from typing import Any

import httpx
from rich.console import Console

from deploy.demo.cast import AUD, Project
from deploy.demo.client import City, Surprise
from deploy.timeline import show_history, show_integrity


async def show_timeline(city: City, project: Project, console: Console) -> None:
    """Print one project's whole history, as the audit service replays it from the four logs."""
    show_history(console, await _history(city, project))


async def check_replay(city: City, project: Project) -> None:
    """What the audit service folds from every log is what each service answers; or Surprise."""
    replayed = (await _history(city, project))["state"]
    answers = [
        ("批复总投资", "approved_total", project.approval, ("baseline", "total")),
        ("报备调整累计", "moved", project.approval, ("baseline", "moved_so_far")),
        ("列入预算", "included", project.budget, ("included",)),
        ("已支付", "paid", project.budget, ("paid",)),
        ("已退回结余", "returned", project.budget, ("returned",)),
        ("验收期限", "acceptance_due_on", project.acceptance, ("due_on",)),
    ]
    for name, key, path, where in answers:
        answer = await city.get(AUD, path)
        said = answer.json() if answer.status_code == httpx.codes.OK else None
        for step in where:
            said = said[step] if said is not None else None
        if (replayed[key] or "0.00") != (said or "0.00"):
            raise Surprise(f"{project.name}：重放得{name}{replayed[key]}，服务答复{said}")


async def check_integrity(city: City, console: Console) -> None:
    """Every leaf and root of the four logs hashed again; or Surprise."""
    report = await city.read(AUD, "/audit/v1/integrity")
    show_integrity(console, report)
    if not report["intact"]:
        raise Surprise("日志完整性核对不一致")


async def _history(city: City, project: Project) -> dict[str, Any]:
    return await city.read(AUD, f"/audit/v1/projects/{project.id}/history")
