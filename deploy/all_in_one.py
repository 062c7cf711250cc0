"""合一: every service in one process on one port, each mounted under its name."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from deploy.catalogue import CREATORS
from deploy.entry_page import entry_page
from shared.web import problems
from shared.web.settings import Settings


def all_in_one(settings: Settings, dsns: Mapping[str, str]) -> FastAPI:
    """One application: `/registry`, `/approval`, `/budget`, `/acceptance`, `/audit`, and `/`."""
    services: dict[str, FastAPI] = {}
    for name, create in CREATORS.items():
        services[name] = create(settings, dsns[name], services)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            runtimes = [service.state.runtime for service in services.values()]
            for runtime in runtimes:
                stack.push_async_callback(runtime.close)
                await runtime.open()
            for runtime in runtimes:
                runtime.start()
            yield

    app = FastAPI(title="govit", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app)

    @app.get("/", include_in_schema=False)
    async def show_entry_page(request: Request) -> HTMLResponse:
        return HTMLResponse(entry_page(settings))

    for name, service in services.items():
        app.mount(f"/{name}", service)
    return app
