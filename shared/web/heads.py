"""响应头: what every answer tells a browser, and what a page may load."""

import base64
import hashlib
from collections.abc import Iterable

Head = tuple[bytes, bytes]

NOTHING = "default-src 'none'; frame-ancestors 'none'"
"""The policy of an answer that is no page: it loads nothing and is shown in no frame."""

NO_STORE = (b"cache-control", b"no-store")
POLICY = (b"content-security-policy", NOTHING.encode())
ALWAYS: tuple[Head, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
OVER_TLS = (b"strict-transport-security", b"max-age=31536000")
"""Only where the request came over TLS, at the proxy if it says so."""


def headed(given: Iterable[Head], *more: Head) -> list[Head]:
    """An answer's headers with those that every answer has, unless it has them itself."""
    heads = [*given, *ALWAYS, *more]
    names = {name for name, _ in heads}
    if b"cache-control" not in names:
        heads.append(NO_STORE)
    if b"content-security-policy" not in names:
        heads.append(POLICY)
    return heads


def page_policy(*, scripts: Iterable[str] = (), styles: Iterable[str] = ()) -> str:
    """The policy of a page with these inline scripts and style sheets, and no others.

    Beyond them it loads from this instance only.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{_hashes(scripts)}",
            f"style-src 'self'{_hashes(styles)}",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hashes(texts: Iterable[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
