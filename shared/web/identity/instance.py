"""实例身份: whose tokens an instance accepts and what it shows itself, by its settings."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Self

from shared.kernel.actor import Actor
from shared.web.identity.credentials import ClientCredentials, Credentials, Endpoint, GivenToken
from shared.web.identity.development import AUDIENCE, ISSUER, DevelopmentIssuer
from shared.web.identity.keys import key_file
from shared.web.identity.provider import Provider, line
from shared.web.identity.tokens import Verifier
from shared.web.settings import Settings

SYSTEM = Actor(person="system", name="系统", body="SYSTEM", role="SERVICE")
"""The services themselves, when they follow each other or react."""

_TEN_YEARS = 10 * 365 * 86_400


class Identity:
    """What an instance's settings make of identity; an async context manager lets go of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        asks = settings.issuer or settings.client_id
        self._http = line() if asks else None
        self._provider = (
            Provider(settings.issuer, self._http) if settings.issuer and self._http else None
        )
        named = settings.issuer or settings.issuer_key
        self.issuer = None if named else DevelopmentIssuer.of(settings)
        """The development issuer, where no other is named."""
        self.verifier = self._verifier()
        self.credentials = self._credentials()

    def _verifier(self) -> Verifier:
        told = self._settings
        if self.issuer is not None:
            return Verifier(self.issuer.keys, issuer=ISSUER, audience=AUDIENCE)
        if self._provider is not None:
            keys, name = self._provider, self._provider.issuer
            return Verifier(keys, issuer=name, audience=told.audience, names=told.claims)
        if told.issuer_key is None:
            raise ValueError("GOVIT_ISSUER or GOVIT_ISSUER_KEY is needed")
        ring, name = key_file(told.issuer_key), told.issuer_name
        return Verifier(ring, issuer=name, audience=told.audience, names=told.claims)

    def _credentials(self) -> Credentials:
        told = self._settings
        if told.service_token is not None:
            return GivenToken(told.service_token.get_secret_value())
        if told.client_id and told.client_secret and self._http:
            return ClientCredentials(
                self._http,
                self._endpoint(),
                told.client_id,
                told.client_secret,
                told.token_parameters,
            )
        if self.issuer is None:
            raise ValueError(
                "besides an issuer GOVIT_CLIENT_ID with GOVIT_CLIENT_SECRET is needed, "
                "or GOVIT_SERVICE_TOKEN"
            )
        return GivenToken(self.issuer.token(SYSTEM, seconds=_TEN_YEARS))

    def _endpoint(self) -> Callable[[], Awaitable[Endpoint]]:
        if self._settings.token_url is None and self._provider is not None:
            return partial(Endpoint.of, self._provider)
        return partial(_stated, Endpoint(url=str(self._settings.token_url)))

    def work(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """What goes on in the background for as long as the instance runs."""
        published = self.verifier.published
        return () if published is None else (published.keep(),)

    def faults(self) -> list[str]:
        """Why no token can be accepted, in words; empty where they can."""
        published = self.verifier.published
        if published is None or published.ring:
            return []
        return [f"没有身份提供方的公钥（{published.fault}）"]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._http is not None:
            await self._http.aclose()


async def _stated(endpoint: Endpoint) -> Endpoint:
    return endpoint


async def service_header(settings: Settings) -> str:
    """The Authorization under which the services act, for a command that runs but once."""
    async with Identity(settings) as identity:
        return await identity.credentials.header()
