"""`govit audit diff`: what is otherwise between two cuts of the same thing."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import typer

from deploy.asking import DEFAULT_URL, AsJson, ServerUrl, ask, console, write_json
from deploy.audit.subjects import Subject, SubjectArgument, cut_written, said, subject_of
from deploy.audit.telling import LABELS, said_of, table

_IDENTITIES = ("project_id", "list_id", "event_id", "number")
"""What tells the items of a list apart, where they have it."""


class Otherwise(NamedTuple):
    """A value that differs; None on the side where there is none."""

    path: tuple[str, ...]
    before: Any
    after: Any


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[Otherwise]:
    """Where two JSON values differ; items of lists are told apart by what identifies them."""
    if isinstance(before, list) and isinstance(after, list):
        one, other = _by_identity(before), _by_identity(after)
        if one is not None and other is not None:
            before, after = one, other
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from differences(before.get(key), after.get(key), (*path, str(key)))
    elif not _same(before, after):
        yield Otherwise(path, before, after)


def _same(before: Any, after: Any) -> bool:
    # In Python, though not in JSON, true is 1.
    return type(before) is type(after) and before == after


def _by_identity(items: list[Any]) -> dict[str, Any] | None:
    """A list as a mapping from what identifies each item; None where that does not do."""
    for name in _IDENTITIES:
        if all(isinstance(item, dict) and name in item for item in items):
            found = {str(item[name]): item for item in items}
            return found if len(found) == len(items) else None
    return None


def diff(
    subject: SubjectArgument,
    since: Annotated[
        list[str],
        typer.Option(
            "--from",
            help="此前的截面：日期、时刻，或 valid_at=、known_at=、positions=、versions=；可多次",
        ),
    ],
    until: Annotated[
        list[str] | None, typer.Option("--to", help="此后的截面；写法相同，不填为现在")
    ] = None,
    url: ServerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """同一项目、单位或年度清单两个截面的不同之处；有不同时退出码为 1。"""
    about = subject_of(subject)
    cuts = cut_written(since), cut_written(until or [])
    before, after = (ask(url, about.path, cut) for cut in cuts)
    found = list(differences(_compared(about, before), _compared(about, after)))
    steps = _steps(before), _steps(after)
    gone = [entry for i, entry in steps[0].items() if i not in steps[1]]
    added = [entry for i, entry in steps[1].items() if i not in steps[0]]
    if as_json:
        write_json(
            {
                "subject": about.id,
                "from": cuts[0],
                "to": cuts[1],
                "differences": [
                    {"path": list(d.path), "before": d.before, "after": d.after} for d in found
                ],
                "added": added,
                "gone": gone,
            }
        )
    else:
        _show(cuts, found, added, gone)
    if found or added or gone:
        raise typer.Exit(1)


def _compared(about: Subject, answer: dict[str, Any]) -> Any:
    return answer["lists"] if about.kind == "list" else answer["state"]


def _steps(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["event_id"]: entry for entry in answer.get("entries", ())}


def _show(
    cuts: tuple[dict[str, str], dict[str, str]],
    found: list[Otherwise],
    added: list[dict[str, Any]],
    gone: list[dict[str, Any]],
) -> None:
    console.print(f"自 {said(cuts[0])} 至 {said(cuts[1])}")
    if not (found or added or gone):
        console.print("没有不同")
        return
    rows = table("项", "此前", "此后")
    for each in found:
        rows.add_row(
            " ".join(LABELS.get(step, step) for step in each.path) or "全部",
            said_of(each.before),
            said_of(each.after),
        )
    console.print(rows)
    for sign, entries in (("+", added), ("-", gone)):
        for entry in entries:
            late = f"（迟 {entry['backdated_days']} 日入库）" if entry["backdated"] else ""
            console.print(
                f"{sign} {entry['on']} {entry['label']} "
                f"{entry['service']}:{entry['position']}{late}"
            )
