"""`govit audit bundle`: all on record about a project, or of a range of days, to carry away."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.asking import DEFAULT_URL, AsJson, ServerUrl, ask, console, day, fail, get, post
from deploy.audit.subjects import project_of
from services.audit.bundle.verify import main as verified

_RANGES = "/audit/v1/audit-bundles"
_PAUSE = 0.5
_UNDER_WAY = {"WAITING", "RUNNING"}


def bundle(
    out: Annotated[Path, typer.Option(help="写成的 zip 文件")],
    project: Annotated[str | None, typer.Argument(help="项目标识；不填则为期间审计包")] = None,
    first: Annotated[str | None, typer.Option("--from", help="首日（记入之日）")] = None,
    last: Annotated[str | None, typer.Option("--to", help="末日（记入之日）")] = None,
    url: ServerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """导出一个项目或一段期间的审计包并当即核验；包内的 verify.py 可离线再验。"""
    if project is not None and first is None and last is None:
        path = f"/audit/v1/projects/{project_of(project)}/audit-bundle"
    elif project is None and first is not None and last is not None:
        path = _made(url, day(first), day(last), quiet=as_json)
    else:
        fail("请给出项目标识，或以 --from 和 --to 给出期间，二者择一")
    answer = get(url, path, {})
    out.write_bytes(answer.content)
    if not as_json:
        console.print(f"{out}\nSHA-256 {answer.headers['ETag'].strip(chr(34))}")
    raise typer.Exit(verified([str(out), *(["--json"] if as_json else [])]))


def _made(url: str, first: str, last: str, *, quiet: bool) -> str:
    """Have a range's bundle made; where it can be fetched."""
    place = f"{_RANGES}/{post(url, _RANGES, {'first': first, 'last': last})['id']}"
    told: dict[str, Any] = ask(url, place, {})
    while told["state"] in _UNDER_WAY:
        if not quiet and told["of"]:
            console.print(f"{told['written']} / {told['of']}")
        time.sleep(_PAUSE)
        told = ask(url, place, {})
    if told["state"] != "DONE":
        fail(f"没有制成（{told['state']}）：{told['detail'] or '请重新申请'}")
    return f"{place}/content"
