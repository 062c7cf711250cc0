"""日志: what the processes print tells where something failed, and not with what in hand."""

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def without_locals() -> None:
    """Print plain tracebacks: the default ones show every variable, passwords and tokens too.

    Where logging has been set up already it is left as it is.
    """
    if not structlog.is_configured():
        *others, _ = structlog.get_config()["processors"]
        structlog.configure([*others, ConsoleRenderer(exception_formatter=plain_traceback)])
