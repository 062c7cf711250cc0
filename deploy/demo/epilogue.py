"""终章: what the auditors see when the stories are over."""

from typing import Any

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
    money = await city.read(AUD, project.budget)
    approved = await city.read(AUD, project.approval)
    due = await city.read(AUD, project.acceptance)
    pairs = {
        "批复总投资": (replayed["approved_total"], approved["baseline"]["total"]),
        "报备调整累计": (replayed["moved"], approved["baseline"]["moved_so_far"]),
        "列入预算": (replayed["included"], money["included"]),
        "已支付": (replayed["paid"], money["paid"]),
        "已退回结余": (replayed["returned"], money["returned"]),
        "验收期限": (replayed["acceptance_due_on"], due["due_on"]),
    }
    for name, (there, here) in pairs.items():
        if (there or "0.00") != here:
            raise Surprise(f"{project.name}：重放得{name}{there}，服务答复{here}")


async def check_integrity(city: City, console: Console) -> None:
    """Every leaf and root of the four logs hashed again; or Surprise."""
    report = await city.read(AUD, "/audit/v1/integrity")
    show_integrity(console, report)
    if not report["intact"]:
        raise Surprise("日志完整性核对不一致")


async def _history(city: City, project: Project) -> dict[str, Any]:
    return await city.read(AUD, f"/audit/v1/projects/{project.id}/history")
