"""身份提供方: a small OpenID provider of the tests, with keys that change and times of absence."""

import asyncio
import base64
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import httpx
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, Key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.web.identity.provider import WELL_KNOWN, Provider
from tests.support.processes import free_port

CLIENT, SECRET = "govit-services", "s3cr+t %of:services"


class Issuer:
    """Publishes keys and grants tokens; counts what it is asked."""

    def __init__(self, *keys: Key, url: str = "https://issuer.example/realms/city") -> None:
        self.url, self.keys = url, list(keys)
        self.asked: Counter[str] = Counter()
        self.away = False
        self.slow = 0.0
        """Seconds until it answers."""
        self.lifetime = 300
        self.metadata: dict[str, Any] = {}
        """What its discovery document says otherwise."""
        self.forms: list[dict[str, str]] = []
        """What was sent to the token endpoint."""
        path = httpx.URL(url).path.rstrip("/")
        self.app = Starlette(
            routes=[
                Route(f"{path}{WELL_KNOWN}", self._discovery),
                Route(f"{path}/jwks", self._jwks),
                Route(f"{path}/token", self._token, methods=["POST"]),
            ]
        )

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client for which this is the whole world."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app)) as http:
            yield http

    @asynccontextmanager
    async def provider(self) -> AsyncIterator[Provider]:
        async with self.client() as http:
            yield Provider(self.url, http)

    @contextmanager
    def served(self) -> Iterator[None]:
        """On its port of this machine, in a thread of its own."""
        config = uvicorn.Config(
            self.app, host="127.0.0.1", port=httpx.URL(self.url).port or 80, log_level="error"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield
        finally:
            server.should_exit = True
            thread.join()

    async def _answer(self, what: str, content: dict[str, Any]) -> Response:
        self.asked[what] += 1
        if self.slow:
            await asyncio.sleep(self.slow)
        return Response("away", 503) if self.away else JSONResponse(content)

    async def _discovery(self, request: Request) -> Response:
        document = {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": ["code"],
        }
        return await self._answer("discovery", document | self.metadata)

    async def _jwks(self, request: Request) -> Response:
        keys = [dict(key.as_dict(private=False)) for key in self.keys]
        # Others' keys stand there too, and are nothing to us.
        keys += [{"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"}, {"kty": "EC", "crv": "P-256"}]
        return await self._answer("jwks", {"keys": keys})

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.forms.append(form)
        if self._client(request, form) != (CLIENT, SECRET):
            self.asked["refused"] += 1
            return JSONResponse({"error": "invalid_client"}, 401)
        granted = {
            "access_token": self.grant(),
            "token_type": "Bearer",
            "expires_in": self.lifetime,
        }
        return await self._answer("token", granted)

    def _client(self, request: Request, form: dict[str, str]) -> tuple[str, str]:
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        if scheme != "Basic":
            return form.get("client_id", ""), form.get("client_secret", "")
        name, _, secret = base64.b64decode(told).decode().partition(":")
        return unquote_plus(name), unquote_plus(secret)

    def grant(self) -> str:
        """A token for the services, signed with the newest key."""
        key, now = self.keys[-1], int(time.time())
        claims = {
            "iss": self.url,
            "aud": "govit",
            "sub": "system",
            "name": "系统",
            "body": "SYSTEM",
            "role": "SERVICE",
            "iat": now,
            "exp": now + self.lifetime,
            "jti": str(self.asked["token"]),
        }
        algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
        return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key)


def local(*keys: Key) -> Issuer:
    """An issuer that can be served on this machine."""
    return Issuer(*keys, url=f"http://127.0.0.1:{free_port()}")
