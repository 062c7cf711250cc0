"""合一: services in one process on one port, each mounted under its name."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.responses import HTMLResponse

from deploy.catalogue import CREATORS
from deploy.entry_page import POLICY as ENTRY_PAGE_POLICY
from deploy.entry_page import entry_page
from shared.web import problems
from shared.web.gate import stand_before
from shared.web.settings import SERVICES, Settings


def all_in_one(
    settings: Settings, dsns: Mapping[str, str], services: Iterable[str] = SERVICES
) -> FastAPI:
    """One application: `/registry`, `/approval`, `/budget`, `/acceptance`, `/audit`, and `/`.

    With fewer `services`, those that run elsewhere are reached at `GOVIT_<SERVICE>_URL`.
    """
    mounted: dict[str, FastAPI] = {}
    for name in services:
        mounted[name] = CREATORS[name](settings, dsns[name], mounted)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            runtimes = [service.state.runtime for service in mounted.values()]
            for runtime in runtimes:
                stack.push_async_callback(runtime.close)
                await runtime.open()
            for runtime in runtimes:
                stack.push_async_callback(runtime.stop)
                runtime.start()
            yield

    app = FastAPI(title="govit", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app)

    @app.get("/", include_in_schema=False)
    async def show_entry_page() -> HTMLResponse:
        return HTMLResponse(
            entry_page(settings), headers={"Content-Security-Policy": ENTRY_PAGE_POLICY}
        )

    for name, service in mounted.items():
        app.mount(f"/{name}", service)
    stand_before(app, settings)
    return app
