"""分立: five processes behind nginx, each with its own database, behave as one city."""

import base64
import hashlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID, uuid4

import httpx
import pytest
from rich.console import Console

from deploy.demo import STORIES, City, epilogue, tell
from deploy.demo.board import Board
from deploy.demo.cast import DEB, unit
from deploy.demo.sandbox import OPENING
from deploy.demo.steps.registration import declaration
from deploy.pages import write as write_pages
from shared.events.registry import SystemCategory, SystemEntry, SystemStatus
from shared.kernel.actor import Actor
from shared.web.actors import DevelopmentIssuer
from shared.web.clock import SandboxClock
from shared.web.settings import SERVICES, InstanceMode, Settings
from tests.support.city import CityDatabases
from tests.support.files import PDF, pdf, sm3

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
LIFE = "小型自建·实施方案"
START_SECONDS = 60

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.timeout(300),
]


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago; all held together, so that they differ."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@dataclass
class Apart:
    """The processes of one city: the services by name, and nginx before them."""

    home: Path
    environment: dict[str, str]
    ports: dict[str, int]
    address: str
    running: dict[str, subprocess.Popen[bytes]]

    def serve(self, service: str) -> None:
        """Start one service as a process of its own."""
        govit, port = str(Path(sys.executable).with_name("govit")), str(self.ports[service])
        with (self.home / f"{service}.log").open("ab") as log:
            self.running[service] = subprocess.Popen(
                [govit, "serve", service, "--port", port, "--root-path", f"/{service}"],
                cwd=self.home,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stand_before(self) -> None:
        """Start nginx with the configuration that is shipped."""
        places = {f"GOVIT_{s.upper()}_ADDRESS": f"127.0.0.1:{p}" for s, p in self.ports.items()}
        places |= {"GOVIT_LISTEN": self.address.removeprefix("http://")}
        places |= {"GOVIT_PAGES": str(self.home / "pages")}
        shipped = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        filled = re.sub(r"\$\{(GOVIT_\w+)\}", lambda name: places[name[1]], shipped)
        (self.home / "govit.conf").write_text(filled, encoding="utf-8")
        main = "daemon off; error_log stderr warn; pid nginx.pid; events {}\n"
        main += "user root;\n" if os.getuid() == 0 else ""
        main += "http { access_log off; include govit.conf;\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
            main += f"{kind}_temp_path temp_{kind};\n"
        (self.home / "nginx.conf").write_text(main + "}\n", encoding="utf-8")
        with (self.home / "nginx.log").open("ab") as log:
            self.running["nginx"] = subprocess.Popen(
                [str(NGINX), "-p", str(self.home), "-c", "nginx.conf", "-e", "nginx.log"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def await_ready(self, *services: str) -> None:
        """Return when services are ready, asked through nginx."""
        deadline = monotonic() + START_SECONDS
        for service in services:
            while not self._ready(service):
                process = self.running[service]
                if process.poll() is not None or monotonic() > deadline:
                    log = (self.home / f"{service}.log").read_text()
                    pytest.fail(f"{service} did not become ready:\n{log[-2000:]}")
                sleep(0.1)

    def _ready(self, service: str) -> bool:
        try:
            url = f"{self.address}/{service}/readyz"
            return httpx.get(url, trust_env=False, timeout=10).status_code == httpx.codes.OK
        except httpx.TransportError:  # nginx itself is not up yet
            return False

    def stop(self, *names: str) -> None:
        """End processes as an operator would; by force those that do not."""
        processes = [self.running.pop(name) for name in names]
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def city_apart(databases: CityDatabases, home: Path) -> Iterator[Apart]:
    """Five services and nginx on free loopback ports; all ended when the context ends."""
    *free, front = free_ports(len(SERVICES) + 1)
    ports = dict(zip(SERVICES, free, strict=True))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GOVIT_")}
    environment |= {"GOVIT_MODE": "sandbox", "GOVIT_HOME": str(home), "GOVIT_FENCE_SECONDS": "2"}
    environment |= {"GOVIT_PROXIES": "127.0.0.1"}
    for service, dsns in databases.new_set().items():
        environment[f"GOVIT_{service.upper()}_DSN"] = dsns.app
        environment[f"GOVIT_{service.upper()}_URL"] = f"http://127.0.0.1:{ports[service]}"
    SandboxClock.start_at(home / "clock.json", OPENING)
    write_pages(home / "pages", Settings(mode=InstanceMode.SANDBOX, home=home))
    apart = Apart(home, environment, ports, f"http://127.0.0.1:{front}", {})
    try:
        for service in SERVICES:
            apart.serve(service)
        apart.stand_before()
        apart.await_ready(*SERVICES)
        yield apart
    finally:
        apart.stop(*apart.running)


@pytest.fixture(scope="module")
def apart(
    city_databases: CityDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Apart]:
    with city_apart(city_databases, tmp_path_factory.mktemp("apart")) as running:
        yield running


@pytest.fixture
def front(apart: Apart) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=apart.address, trust_env=False, timeout=30) as client:
        yield client


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_under_its_name(front: httpx.Client, service: str) -> None:
    assert front.get(f"/{service}/livez").json() == {"status": "ok"}
    assert front.get(f"/{service}/readyz").json() == {"ready": True, "faults": []}
    assert front.get(f"/{service}/version").json()["service"] == service


@pytest.mark.parametrize("service", SERVICES)
def test_the_documentation_finds_its_own_parts(front: httpx.Client, service: str) -> None:
    page = front.get(f"/{service}/docs")
    assert page.status_code == httpx.codes.OK
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(parts) >= 3
    for part in parts:
        assert part.startswith(f"/{service}/"), "everything comes from this instance"
        assert front.get(part).content, part
        assert front.get(part).status_code == httpx.codes.OK, part
    contract = re.findall(r"url: '([^']+)'", page.text)
    assert contract == [f"/{service}/openapi.json"]
    assert front.get(contract[0]).json()["servers"] == [{"url": f"/{service}"}]


def test_the_entry_page_leads_to_every_service(front: httpx.Client) -> None:
    page = front.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for service in SERVICES:
        assert f'href="/{service}/docs"' in page.text


def test_answers_carry_the_headers_that_keep_browsers_honest(front: httpx.Client) -> None:
    for path in ("/", "/registry/docs", "/registry/v1/projects", "/nowhere"):
        headers = front.get(path).headers
        (policy,) = headers.get_list("content-security-policy")
        assert policy.startswith("default-src 'none'; "), path
        assert "frame-ancestors 'none'" in policy, path
        # Said once each, by the service or by nginx.
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cache-control"] == "no-store", path
        assert "strict-transport-security" not in headers, "this is no TLS"
        assert not re.search(r"\d", headers["server"]), "no release is given away"


def test_the_entry_page_may_have_its_style(front: httpx.Client) -> None:
    page = front.get("/")
    (style,) = re.findall(r"<style>(.*?)</style>", page.text)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.headers["content-security-policy"]


def test_a_service_believes_nginx_who_asks_and_nginx_believes_nobody(
    apart: Apart, front: httpx.Client
) -> None:
    claimed = {"X-Forwarded-For": "203.0.113.9"}
    first = '"requests";r=5999;t=60'  # what an address is told at its first request
    assert front.get("/budget/version").status_code == httpx.codes.OK
    assert front.get("/budget/version", headers=claimed).headers["ratelimit"] != first
    behind = f"http://127.0.0.1:{apart.ports['budget']}/budget/version"
    assert httpx.get(behind, headers=claimed, trust_env=False).headers["ratelimit"] == first


def test_nginx_bounds_what_one_address_asks(apart: Apart) -> None:
    host, port = apart.address.removeprefix("http://").split(":")
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"
    last = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall((request * 800 + last).encode())
        said = b"".join(iter(lambda: line.recv(65536), b"")).decode()
    assert said.count("HTTP/1.1 200 OK") >= 200
    _, refused = said.split("HTTP/1.1 429 ", 1)
    head, _, body = refused.partition("\r\n\r\n")
    assert "Content-Type: application/problem+json" in head
    assert "Retry-After: 1" in head
    assert '"code":"rate_limited"' in body
    sleep(2.5)  # until what was counted has run off


def test_what_nginx_refuses_is_a_problem_too(front: httpx.Client) -> None:
    nowhere = front.get("/nowhere")
    assert nowhere.status_code == httpx.codes.NOT_FOUND
    assert nowhere.headers["content-type"] == "application/problem+json"
    assert nowhere.json()["code"] == "not_found"
    large = front.post("/registry/v1/projects", content=b" " * (4 * 1024 * 1024 + 1))
    assert large.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert large.headers["content-type"] == "application/problem+json"
    assert large.json()["code"] == "too_large"


async def test_an_attachment_larger_than_a_command_passes(apart: Apart) -> None:
    content = pdf("附件", size=5 << 20)
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        token = await City.at(http, apart.address)._identity(DEB)
        url = f"{apart.address}/approval/v1/attachments/{sm3(content)}"
        headers = {"Authorization": token["Authorization"], "Content-Type": PDF}
        answer = await http.put(url, content=content, headers={**headers, "X-File-Name": "a.pdf"})
        assert answer.status_code == httpx.codes.CREATED, answer.text
        fetched = await http.get(url, headers=headers)
        assert fetched.content == content
        assert fetched.headers["content-disposition"].startswith("attachment;")


def test_the_access_log_knows_the_address_that_nginx_saw(apart: Apart, front: httpx.Client) -> None:
    issuer = DevelopmentIssuer(apart.home)
    asker = Actor(person="asker-behind-nginx", name="询问人", body="AUD", role="OFFICER")
    headers = {"Authorization": f"Bearer {issuer.token(asker)}", "X-Forwarded-For": "6.6.6.6"}
    for service in SERVICES:
        path = f"/{service}/v1/access-log"
        assert front.get(path, headers=headers).status_code == httpx.codes.OK
        (entry,) = front.get(path, params={"person": asker.person}, headers=headers).json()["items"]
        assert (entry["address"], entry["operation"]) == ("127.0.0.1", "list_access_log")


async def test_a_project_lives_its_whole_life_across_the_processes(apart: Apart) -> None:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        city = City.at(http, apart.address)
        quietly = Board(Console(file=io.StringIO()))
        projects = await tell(city, {LIFE: STORIES[LIFE]}, quietly)
        await epilogue.check_replay(city, projects[0])
        assert (await city.read(DEB, projects[0].acceptance))["project_id"] == str(projects[0].id)


async def test_a_declaration_waits_for_the_facts_of_acceptance(apart: Apart) -> None:
    applicant = unit(9_000_001, "乐山市体育局", "周明", "何静")
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        city = City.at(http, apart.address)
        await city.act(DEB, "/registry/v1/units", applicant.profile)
        entry = SystemEntry(
            unit_id=applicant.id,
            name="体育场馆预约系统",
            category=SystemCategory.BUSINESS_SYSTEM,
            status=SystemStatus.PLANNED,
            functions="预约、核验和统计",
        )
        system = UUID((await city.act(applicant.officer, "/registry/v1/systems", entry)).id)
        year = (await city.today()).year + 1
        declared = declaration(applicant, system, entry.name, "1,000,000.00", year)
        path, key = "/registry/v1/projects", uuid4().hex

        apart.stop("acceptance")
        gone = await http.get(f"{apart.address}/acceptance/readyz")
        assert (gone.status_code, gone.json()["code"]) == (503, "busy")
        assert gone.headers["retry-after"] == "1"
        refused = await city.send(applicant.officer, path, declared, key=key)
        assert (refused.status_code, refused.json()["code"]) == (503, "facts_not_fresh")
        assert refused.headers["retry-after"]

        apart.serve("acceptance")
        apart.await_ready("acceptance")
        accepted = await city.send(applicant.officer, path, declared, key=key)
        assert accepted.status_code == httpx.codes.CREATED, accepted.text
