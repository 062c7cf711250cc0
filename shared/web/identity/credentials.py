"""凭据: with what the services show each other who they are, and how it is renewed."""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from time import monotonic
from urllib.parse import quote_plus

import httpx
import structlog
from pydantic import BaseModel, Field, SecretStr

from shared.web.identity.provider import Provider

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 5.0
"""The issuer is asked no more often than that, whether it gives a token or not."""

EARLIEST_SECONDS = 60.0
"""So long before its end, or at the last fifth of its life, a token is renewed."""


class NoToken(httpx.TransportError):
    """There is no token to show; to whoever asks a peer, as if the peer did not answer."""


class Credentials(httpx.Auth, ABC):
    """What goes into the Authorization header; also an `auth` of HTTP clients."""

    @abstractmethod
    async def header(self) -> str:
        """The header to send now; NoToken where there is none."""

    def refused(self, header: str) -> None:
        """Told when a peer answered 401 to it."""

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        header = request.headers["Authorization"] = await self.header()
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self.refused(header)
            if (renewed := await self.header()) != header:
                request.headers["Authorization"] = renewed
                yield request


class GivenToken(Credentials):
    """给定令牌: one that was made elsewhere and holds for as long as it holds."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    async def header(self) -> str:
        return self._header


class Granted(BaseModel):
    """What a token endpoint answers (RFC 6749, 5.1)."""

    access_token: str = Field(pattern=r"^[A-Za-z0-9._~+/=-]+$", repr=False)
    token_type: str = Field(pattern="^(?i:bearer)$")
    expires_in: float = Field(default=EARLIEST_SECONDS, gt=0, allow_inf_nan=False)


class ClientCredentials(Credentials):
    """客户端凭据: tokens of the issuer for a client id and its secret, renewed in time."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        endpoint: Callable[[], Awaitable["Endpoint"]],
        client_id: str,
        client_secret: SecretStr,
        parameters: Mapping[str, str],
        *,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._http, self._endpoint, self._pause = http, endpoint, pause
        self._client_id, self._secret, self._parameters = client_id, client_secret, parameters
        self._header = ""
        self._renew_at = self._ends = 0.0
        self._asked = -pause
        self._asking: asyncio.Task[None] | None = None

    async def header(self) -> str:
        now = monotonic()
        if now < self._renew_at:
            return self._header
        asking = self._ask_once(now)
        if now < self._ends:
            return self._header  # while the next one is on its way
        if asking is not None:
            await asyncio.shield(asking)
        if monotonic() >= self._ends:
            raise NoToken("the issuer gives no token")
        return self._header

    def refused(self, header: str) -> None:
        if header == self._header:
            self._renew_at = self._ends = 0.0

    def _ask_once(self, now: float) -> asyncio.Task[None] | None:
        if self._asking is None and now - self._asked >= self._pause:
            self._asked = now
            self._asking = asyncio.create_task(self._ask())
        return self._asking

    async def _ask(self) -> None:
        try:
            asked = monotonic()
            granted = await self._grant()
            self._header = f"Bearer {granted.access_token}"
            self._ends = asked + granted.expires_in
            self._renew_at = self._ends - min(EARLIEST_SECONDS, granted.expires_in / 5)
        except Exception as error:  # anything: whoever needs a token is told that there is none
            # Neither the answer nor what was asked is written down: both may hold secrets.
            log.warning("nothing_granted", error=type(error).__name__, reason=_reason(error))
        finally:
            self._asking = None

    async def _grant(self) -> Granted:
        endpoint = await self._endpoint()
        form = {"grant_type": "client_credentials", **self._parameters}
        secret = self._secret.get_secret_value()
        if endpoint.basic:  # RFC 6749, 2.3.1 wants both form-encoded first
            auth = httpx.BasicAuth(quote_plus(self._client_id), quote_plus(secret))
            answer = await self._http.post(endpoint.url, data=form, auth=auth)
        else:
            form |= {"client_id": self._client_id, "client_secret": secret}
            answer = await self._http.post(endpoint.url, data=form)
        if answer.status_code != httpx.codes.OK:
            raise httpx.HTTPStatusError("", request=answer.request, response=answer)
        return Granted.model_validate_json(answer.content)


class Endpoint(BaseModel):
    """令牌端点: where tokens are granted, and how the client says who it is."""

    url: str
    basic: bool = True

    @classmethod
    async def of(cls, provider: Provider) -> "Endpoint":
        """As the discovery document names it; ValueError where it names none."""
        found = await provider.metadata()
        if found.token_endpoint is None:
            raise ValueError("the provider names no token endpoint")
        basic = "client_secret_basic" in found.token_endpoint_auth_methods_supported
        return cls(url=found.token_endpoint, basic=basic)


_CODE = re.compile(rb'"error"\s*:\s*"([a-z_]{1,40})"')


def _reason(error: Exception) -> str:
    """The status and the OAuth error code, `invalid_client` say; nothing else of an answer."""
    if not isinstance(error, httpx.HTTPStatusError):
        return ""
    code = _CODE.search(error.response.content)
    return f"{error.response.status_code} {code[1].decode() if code else ''}".strip()
