"""入口页: lists the services; no script, no address outside the instance."""

from html import escape

from shared.web.heads import page_policy
from shared.web.settings import Settings

_STYLE = (
    "body{font:16px/1.6 sans-serif;max-width:48rem;margin:3rem auto;padding:0 1rem}"
    "td{padding:.3rem 1.2rem .3rem 0}"
)

POLICY = page_policy(styles=[_STYLE])
"""The Content-Security-Policy under which the page is served."""

_TITLES = {
    "registry": "登记备案",
    "approval": "审批",
    "budget": "预算",
    "acceptance": "验收",
    "audit": "审计",
}


def entry_page(settings: Settings) -> str:
    """The page at `/`."""
    rows = "".join(
        f"<tr><td>{title}</td>"
        f'<td><a href="/{name}/docs">接口文档</a></td>'
        f'<td><a href="/{name}/openapi.json">OpenAPI</a></td>'
        f'<td><a href="/{name}/version">版本</a></td>'
        f'<td><a href="/{name}/readyz">就绪</a></td></tr>'
        for name, title in _TITLES.items()
    )
    warning = "<p><strong>沙箱实例：时钟可设置，数据不作正式记录。</strong></p>"
    notice = warning if settings.sandbox else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>govit</title>'
        f"<style>{_STYLE}</style></head><body>"
        f"<h1>政务信息化项目管理</h1><p>实例模式：{escape(settings.mode.value)}</p>{notice}"
        f"<table>{rows}</table></body></html>"
    )
