"""`govit audit`: what an auditor asks of a running instance, or checks without one."""

import typer

from deploy.audit import (
    bundling,
    comparing,
    explaining,
    flagging,
    looking,
    proving,
    rechecking,
)

commands = typer.Typer(
    help="审计：历史、截面、决定说明、证明、核验、红旗和复核。"
    "退出码：0 没有发现不符；1 有不符；2 没有办成，并说明下一步；3（verify）有未能比对的。",
    no_args_is_help=True,
)
commands.command("timeline")(looking.timeline)
commands.command("as-of")(looking.as_of)
commands.command("diff")(comparing.diff)
commands.command("explain")(explaining.explain)
commands.command("recheck")(rechecking.recheck)
commands.command("flags")(flagging.flags)
commands.command("prove")(proving.prove)
commands.command("bundle")(bundling.bundle)
commands.command(
    "verify",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)(proving.verify)

__all__ = ["commands"]
