"""身份提供方: an OpenID provider, as its discovery document describes it."""

import ssl
from ipaddress import ip_address
from typing import Any, Self

import httpx
from pydantic import BaseModel, ConfigDict, model_validator

from shared.web.identity.keys import KeyRing, key_ring

TIMEOUT_SECONDS = 5.0
WELL_KNOWN = "/.well-known/openid-configuration"


def private(url: str) -> bool:
    """Whether nobody on the way can read or change what is said: https, or this machine."""
    parsed = httpx.URL(url)
    return parsed.scheme == "https" or (parsed.scheme == "http" and _loopback(parsed.host))


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def line() -> httpx.AsyncClient:
    """A client for the provider alone; who it is, the machine's certificate store says."""
    return httpx.AsyncClient(
        timeout=TIMEOUT_SECONDS, verify=ssl.create_default_context(), trust_env=False
    )


class Metadata(BaseModel):
    """What is read of the discovery document; there is more in it."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    jwks_uri: str
    token_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)

    @model_validator(mode="after")
    def _as_private_as_the_issuer(self) -> Self:
        for url in (self.jwks_uri, self.token_endpoint):
            if url is not None and private(self.issuer) and not private(url):
                raise ValueError("an address of the provider is neither https nor loopback")
        return self


class Provider:
    """An issuer by its address."""

    def __init__(self, issuer: str, http: httpx.AsyncClient) -> None:
        self.issuer, self._http = issuer, http

    async def metadata(self) -> Metadata:
        """Its discovery document; httpx.HTTPError or ValueError where that is not to be had."""
        found = Metadata.model_validate(await self._json(self.issuer.rstrip("/") + WELL_KNOWN))
        if found.issuer != self.issuer:
            raise ValueError("the discovery document is another issuer's")
        return found

    async def keys(self) -> KeyRing:
        """The keys it publishes now; ValueError where none of them is usable."""
        ring = key_ring(await self._json((await self.metadata()).jwks_uri))
        if not ring:
            raise ValueError("the provider publishes no usable key")
        return ring

    async def _json(self, url: str) -> Any:
        answer = await self._http.get(url, headers={"Accept": "application/json"})
        if answer.status_code != httpx.codes.OK:  # a redirection is none of ours to follow
            raise httpx.HTTPStatusError(
                f"{url} answers {answer.status_code}", request=answer.request, response=answer
            )
        return answer.json()
