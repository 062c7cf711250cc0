"""The servers of `declare_vs_bare`, each one uvicorn worker in a process of its own.

python -m tests.bench.servers bare PORT
python -m tests.bench.servers real PORT HOME
"""

import sys
from pathlib import Path

from fastapi import FastAPI

from deploy.all_in_one import all_in_one
from deploy.catalogue import CREATORS
from deploy.instance import databases
from deploy.serving import serve
from shared.events.registry import Declaration
from shared.web.settings import Settings


def bare() -> FastAPI:
    """What FastAPI costs by itself: the same body, validated, and a short answer."""
    app = FastAPI()

    @app.post("/v1/projects", status_code=201)
    async def declare(declaration: Declaration) -> dict[str, str]:
        return {"id": declaration.name}

    return app


def main() -> None:
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "bare":
        serve(bare(), "127.0.0.1", port, log_level="warning")
        return
    # More than any person sends: counting is part of what is measured, refusing is not.
    settings = Settings(home=Path(sys.argv[3]), rate_per_minute=10**9)
    with databases(settings) as found:
        dsns = {s: d.app for s, d in found.dsns.items()}
        if kind == "registry":
            app = CREATORS["registry"](settings, dsns["registry"])
        else:
            # Its facts come from acceptance, which in turn rests on approval and budget.
            app = all_in_one(settings, dsns, ["approval", "budget", "acceptance"])
        serve(app, "127.0.0.1", port, settings=settings, log_level="warning")


if __name__ == "__main__":
    main()
