"""The OWASP API Security Top 10 (2023), and which tests are about which of its items.

A test says so itself: `@pytest.mark.owasp("API1", "API5")`.
"""

from typing import Any

import pytest

RISKS = {
    "API1": ("Broken Object Level Authorization", "对象级授权"),
    "API2": ("Broken Authentication", "身份验证"),
    "API3": ("Broken Object Property Level Authorization", "属性级授权"),
    "API4": ("Unrestricted Resource Consumption", "资源消耗"),
    "API5": ("Broken Function Level Authorization", "功能级授权"),
    "API6": ("Unrestricted Access to Sensitive Business Flows", "敏感业务流程"),
    "API7": ("Server Side Request Forgery", "服务端请求伪造"),
    "API8": ("Security Misconfiguration", "安全配置"),
    "API9": ("Improper Inventory Management", "接口清单"),
    "API10": ("Unsafe Consumption of APIs", "对上游接口的信任"),
}
"""Each item, as OWASP calls it and in Chinese."""

PROPERTY = "owasp"
"""The property of a test's report that names its items."""


def remember(item: pytest.Item) -> None:
    """Put a test's items into its report; UsageError for one that does not exist."""
    for mark in item.iter_markers(PROPERTY):
        for risk in mark.args:
            if risk not in RISKS:
                raise pytest.UsageError(f"{item.nodeid}: there is no item {risk}")
            known: list[Any] = item.user_properties
            if (PROPERTY, risk) not in known:
                known.append((PROPERTY, risk))
