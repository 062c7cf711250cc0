"""`govit`: run the services, look after their databases, replay and verify what they hold."""

import asyncio
import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import httpx
import typer

from deploy import authority_table
from deploy.all_in_one import all_in_one
from deploy.asking import DEFAULT_URL, AsJson, ServerUrl, ask, console, day, fail, get, write_json
from deploy.attachments import files_of, show_examined
from deploy.audit import commands as audit_commands
from deploy.calendars import commands as calendar_commands
from deploy.catalogue import CREATORS, SPECS
from deploy.contracts import write
from deploy.instance import databases
from deploy.keys import keygen
from deploy.purge import purge_subject
from deploy.reports import show_report, show_reports
from deploy.rules_table import as_json as rows_as_json
from deploy.rules_table import markdown, show, treatments
from deploy.serving import serve as serve_http
from deploy.tick import NoList, prune, show_outcomes, show_pruned, tick
from deploy.timeline import show_integrity
from shared.eventstore.log import EventLog
from shared.eventstore.projection import Projector
from shared.eventstore.verify import verify as verify_log
from shared.kernel.actor import Actor
from shared.regulation.rows import Status
from shared.web.clock import SandboxClock, SystemClock
from shared.web.identity.development import DevelopmentIssuer
from shared.web.identity.instance import service_header
from shared.web.settings import LOGS, SERVICES, InstanceMode, Settings

app = typer.Typer(
    help="govit：市级政务信息化项目的事件溯源记录系统。环境变量 GOVIT_… 见 README。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(calendar_commands, name="calendar")
app.command("purge")(purge_subject)
app.command()(keygen)
app.add_typer(audit_commands, name="audit")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ServiceNames = Annotated[list[str] | None, typer.Argument(help=f"服务：{'、'.join(SERVICES)}")]
Port = Annotated[int, typer.Option(help="端口")]
Host = Annotated[str, typer.Option(help="监听地址")]


@app.command()
def run(
    host: Host = "127.0.0.1",
    port: Port = 8080,
    mode: Annotated[InstanceMode | None, typer.Option(help="实例模式")] = None,
) -> None:
    """全部服务合一运行：一个进程、一个端口；未给 DSN 时自带 PostgreSQL。"""
    settings = Settings() if mode is None else Settings(mode=mode)
    _mode_is_meant(settings, host, stated=mode is not None)
    settings = settings.reached_at(host)
    with databases(settings) as found:
        if found.migrates:  # else the services say themselves where a schema is behind
            found.migrate(settings)
        console.print(f"govit 正在 http://{host}:{port}/ 上运行（{settings.mode.value}）")
        application = all_in_one(settings, {s: d.app for s, d in found.dsns.items()})
        serve_http(application, host, port, settings=settings)


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help=f"服务：{'、'.join(SERVICES)}")],
    host: Host = "127.0.0.1",
    port: Port = 8081,
    root_path: Annotated[str, typer.Option(help="反向代理去掉的路径前缀，例如 /registry")] = "",
) -> None:
    """单独运行一个服务（分立部署）；不自动迁移，须先执行 govit migrate。"""
    _known(service)
    settings = Settings()
    _mode_is_meant(settings, host, stated=False)
    settings = settings.reached_at(host)
    with databases(settings, [service]) as found:
        application = CREATORS[service](settings, found.dsns[service].app)
        serve_http(application, host, port, settings=settings, root_path=root_path)


@app.command()
def migrate(services: ServiceNames = None) -> None:
    """把各服务数据库的结构升级到本版本（以迁移角色执行）。"""
    names = services or list(SERVICES)
    for name in names:
        _known(name)
    settings = Settings()
    with databases(settings, names) as found:
        for service, revision in found.migrate(settings, names).items():
            console.print(f"{service}：{revision}")


@app.command()
def token(
    person: Annotated[str, typer.Option(help="人员标识")],
    body: Annotated[str, typer.Option(help="部门代码，例如 DEB；项目单位为 UNIT")],
    role: Annotated[str, typer.Option(help="角色")] = "OFFICER",
    name: Annotated[str | None, typer.Option(help="姓名")] = None,
    unit: Annotated[str | None, typer.Option(help="项目单位的统一社会信用代码")] = None,
) -> None:
    """签发开发令牌（生产模式下不可用）。"""
    settings = Settings()
    if settings.mode is InstanceMode.PRODUCTION:
        fail("生产模式不签发开发令牌，请使用外部身份系统")
    actor = Actor(person=person, name=name or person, body=body, role=role, unit_id=unit)
    sys.stdout.write(DevelopmentIssuer.of(settings).token(actor) + "\n")


@app.command("tick")
def run_daily_job(url: ServerUrl = DEFAULT_URL) -> None:
    """每日任务：认定新的逾期，各只认定一次，并清理过期的访问日志；重复或迟延执行均无妨。"""
    settings = Settings()
    try:
        token = asyncio.run(service_header(settings)).removeprefix("Bearer ")
    except httpx.TransportError:
        fail("没有取得令牌；请检查 GOVIT_CLIENT_ID、GOVIT_CLIENT_SECRET 与身份提供方")
    try:
        with httpx.Client(base_url=url, timeout=60) as http:
            outcomes = tick(http, token)
            removed = prune(http, token)
    except NoList as error:
        fail(f"{url} 没有给出义务清单：{error}")
    show_outcomes(console, outcomes)
    show_pruned(console, removed)
    if not all(outcome.settled for outcome in outcomes):
        fail("有逾期未能认定，请排除故障后再次执行")
    if None in removed.values():
        fail("有访问日志未能清理，请排除故障后再次执行")


@app.command()
def report(
    report_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="报表标识；不填则列出全部报表")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="法定日期，YYYY-MM-DD；缺省为今天")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="写成电子表格文件")] = None,
    url: ServerUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """审计报表：列出、显示或写成电子表格。"""
    if report_id is None:
        show_reports(console, ask(url, "/audit/v1/reports", {}))
        return
    path, asked = f"/audit/v1/reports/{report_id}", {"as_of": day(as_of)} if as_of else {}
    if xlsx is not None:
        xlsx.write_bytes(get(url, path, {**asked, "format": "xlsx"}).content)
        console.print(str(xlsx))
        return
    content = ask(url, path, asked)
    if as_json:
        write_json(content)
    else:
        show_report(console, content)


@app.command()
def integrity(url: ServerUrl = DEFAULT_URL) -> None:
    """由审计服务逐条重算四个日志并与各服务核对。"""
    report = ask(url, "/audit/v1/integrity", {})
    show_integrity(console, report)
    if not report["intact"]:
        raise typer.Exit(1)


@app.command()
def verify(
    services: ServiceNames = None,
    attachments: Annotated[
        bool, typer.Option("--attachments", help="并逐个重算附件的摘要，核对事件所引用的文件")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="引用的附件不在库也算不通过")] = False,
) -> None:
    """直接在数据库上重算日志的叶哈希和默克尔根；不一致时指出第一个位置。"""
    names = services or list(LOGS)
    settings = Settings()
    sound = True
    with databases(settings, names) as found:
        for service in names:
            finding = verify_log(found.dsns[service].app)
            sound = sound and finding.ok
            console.print(
                f"{service}：{finding.checked} 条一致"
                + ("" if finding.ok else f"；位置 {finding.position}：{finding.reason}")
            )
            if attachments:
                examined = files_of(settings, service, found.dsns[service].app)
                show_examined(console, service, examined)
                sound = sound and not examined.altered and not (strict and examined.missing)
    if not sound:
        raise typer.Exit(1)


@app.command()
def rebuild(
    services: ServiceNames = None,
    check: Annotated[bool, typer.Option("--check", help="只比较，不切换")] = False,
) -> None:
    """从日志重建视图；--check 证明重建的内容与现有视图逐字节相同。"""
    names = services or [s for s in LOGS if SPECS[s].views]
    settings = Settings()
    clock = SandboxClock(settings.home / "clock.json") if settings.sandbox else SystemClock()
    equal = True
    with databases(settings, names) as found:
        for service in names:
            views = SPECS[_known(service)].views
            if views is None:
                continue
            dsn = found.dsns[service].app
            log = EventLog(dsn, clock=clock.now, sandbox=settings.sandbox)
            projector = Projector(dsn, service, log, views)
            try:
                projector.open()
                if not check:
                    console.print(f"{service}：视图已重建到位置 {projector.rebuild()}")
                    continue
                comparison = projector.check()
                equal = equal and comparison.equal
                verdict = "相同" if comparison.equal else "不同"
                console.print(
                    f"{service}：位置 {comparison.position}，"
                    f"{len(comparison.digests)} 张表重建后内容{verdict}"
                )
            finally:
                projector.close()
                log.close()
    if not equal:
        raise typer.Exit(1)


@app.command()
def rules(
    article: Annotated[str | None, typer.Option(help="只看一条，例如 29")] = None,
    status: Annotated[Status | None, typer.Option(help="只看一种状态")] = None,
    as_json: AsJson = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="输出 docs/rules.md")] = False,
) -> None:
    """列出管理办法的全部条目，以及落实它的规则、记录或尚缺的部分。"""
    found = treatments()
    if article is not None and all(t.row.article != article for t in found):
        fail(f"没有第 {article} 条；条号为 1 至 {found[-1].row.article}")
    chosen = tuple(
        t for t in found if article in {None, t.row.article} and status in {None, t.status}
    )
    if as_json:
        write_json(rows_as_json(chosen))
    elif as_markdown:
        sys.stdout.write(markdown(chosen))
    else:
        show(console, chosen)


@app.command()
def authority(
    body: Annotated[str | None, typer.Option(help="只看一个部门，例如 DEB")] = None,
    on: Annotated[str | None, typer.Option(help="法定日期，YYYY-MM-DD；与 --body 同用")] = None,
    as_json: AsJson = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="输出 docs/authority.md")] = False,
) -> None:
    """列出每一项操作由哪些部门办理或查阅、依据哪一条。"""
    chosen = authority_table.operations()
    if body is not None:
        that_day = date.fromisoformat(day(on)) if on else None
        chosen = authority_table.held_by(chosen, body, that_day)
    if as_json:
        told = authority_table.as_json(chosen)
        write_json(told)
    elif as_markdown:
        sys.stdout.write(authority_table.markdown(chosen))
    else:
        authority_table.show(console, chosen)


@app.command()
def openapi(directory: Annotated[Path, typer.Argument(help="目录")] = Path("openapi")) -> None:
    """写出各服务的 OpenAPI 文档。"""
    for path in write(directory):
        console.print(str(path))


@app.command()
def demo() -> None:
    """在全新的沙箱实例上，由各部门经 HTTP 办理若干项目的全过程，并核对重放与完整性。"""
    from deploy.demo.__main__ import main as play  # the demo is only loaded to be played

    raise typer.Exit(play(console))


def _mode_is_meant(settings: Settings, host: str, *, stated: bool) -> None:
    # In development anybody gets any token: nobody should run that for real by saying nothing.
    real = host not in LOOPBACK or any(settings.dsn(service) for service in SERVICES)
    if real and not stated and "GOVIT_MODE" not in os.environ:
        fail("监听外部地址或使用自备数据库时，须以 GOVIT_MODE 指明运行模式（如 production）")


def _known(service: str) -> str:
    if service not in SERVICES:
        fail(f"没有服务 {service}；有：{'、'.join(SERVICES)}")
    return service


def main() -> None:
    """Entry point of the `govit` command."""
    app()


if __name__ == "__main__":
    main()
