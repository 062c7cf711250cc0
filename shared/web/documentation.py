"""接口文档: the page at `/docs`, from this instance alone, under a policy that names its script."""

import re

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse

from shared.web.heads import page_policy

ASSETS = "/static-offline-docs"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_documentation(request: Request) -> HTMLResponse:
    root, app = request.scope.get("root_path", ""), request.app
    page = get_swagger_ui_html(
        openapi_url=f"{root}{app.openapi_url}",
        title=app.title,
        swagger_js_url=f"{root}{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{root}{ASSETS}/favicon.png",
        # What is documented here is nobody else's to validate.
        swagger_ui_parameters={"validatorUrl": "none"},
    )
    scripts = _INLINE.findall(bytes(page.body).decode())
    page.headers["Content-Security-Policy"] = page_policy(scripts=scripts)
    return page
