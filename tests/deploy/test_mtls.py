"""双向 TLS: nginx, with the configuration that is shipped, lets in whoever has a certificate."""

import os
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.processes import free_port

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
NOW = datetime.now(UTC)

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, as files."""

    path: Path
    key_path: Path
    content: x509.Certificate


class Authority:
    """A certificate authority; `new` certificates are for this machine."""

    def __init__(self, name: str, home: Path) -> None:
        self._name, self._home = name, home
        self._key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(name, self._key.public_key(), ca=True, days=1)
        self.path = self._write(name, made.public_bytes(serialization.Encoding.PEM))

    def new(self, name: str, days: int = 1) -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(name, key.public_key(), ca=False, days=days)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        written = self._write(name, made.public_bytes(serialization.Encoding.PEM))
        return Certificate(written, self._write(f"{name}.key", private), made)

    def revoked(self, *certificates: Certificate) -> Path:
        """Its revocation list."""
        made = x509.CertificateRevocationListBuilder(
            issuer_name=_name(self._name),
            last_update=NOW - timedelta(hours=1),
            next_update=NOW + timedelta(days=1),
            revoked_certificates=[
                x509.RevokedCertificateBuilder(each.content.serial_number, NOW, []).build()
                for each in certificates
            ],
        ).sign(self._key, hashes.SHA256())
        return self._write(f"{self._name}.crl", made.public_bytes(serialization.Encoding.PEM))

    def _signed(
        self, name: str, key: ec.EllipticCurvePublicKey, *, ca: bool, days: int
    ) -> x509.Certificate:
        addresses = [x509.IPAddress(ip_address("127.0.0.1"))]
        return (
            x509.CertificateBuilder()
            .issuer_name(_name(self._name))
            .subject_name(_name(name))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=10))
            .not_valid_after(NOW + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _write(self, name: str, content: bytes) -> Path:
        path = self._home / f"{name}.pem"
        path.write_bytes(content)
        return path


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Behind(BaseHTTPRequestHandler):
    """Answers with what reached it of the request's headers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        content = str(self.headers.get("Authorization")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Nothing to say."""


@contextmanager
def served() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Behind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Front:
    """nginx, and the authorities of both sides."""

    port: int
    city: Authority
    clients: Authority
    strangers: Authority
    platform: Certificate
    lost: Certificate

    def ask(self, shown: Certificate | None) -> httpx.Response:
        context = ssl.create_default_context(cafile=str(self.city.path))
        if shown is not None:
            context.load_cert_chain(shown.path, shown.key_path)
        with httpx.Client(verify=context, trust_env=False) as http:
            return http.get(
                f"https://127.0.0.1:{self.port}/", headers={"Authorization": "Bearer x"}
            )


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    home = tmp_path_factory.mktemp("mtls")
    city, clients, strangers = (Authority(n, home) for n in ("city", "clients", "strangers"))
    own, platform, lost = city.new("own"), clients.new("platform"), clients.new("lost")
    with served() as behind:
        made = Front(free_port(), city, clients, strangers, platform, lost)
        told = {
            "GOVIT_MTLS_LISTEN": f"127.0.0.1:{made.port}",
            "GOVIT_LISTEN": f"127.0.0.1:{behind}",
            "GOVIT_TLS_CERTIFICATE": str(own.path),
            "GOVIT_TLS_KEY": str(own.key_path),
            "GOVIT_CLIENT_CA": str(clients.path),
            "GOVIT_CLIENT_CRL": str(clients.revoked(lost)),
        }
        shipped = (ROOT / "deploy" / "nginx-mtls.conf").read_text("utf-8")
        filled = re.sub(r"\$\{(GOVIT_\w+)\}", lambda name: told[name[1]], shipped)
        (home / "govit.conf").write_text(filled, "utf-8")
        main = "daemon off; error_log stderr warn; pid nginx.pid; events {}\n"
        main += "user root;\n" if os.getuid() == 0 else ""
        main += "http { access_log off; include govit.conf;\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
            main += f"{kind}_temp_path temp_{kind};\n"
        (home / "nginx.conf").write_text(main + "}\n", "utf-8")
        with (home / "nginx.log").open("ab") as log:
            process = subprocess.Popen(
                [str(NGINX), "-p", str(home), "-c", "nginx.conf", "-e", "nginx.log"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            _await(process, made, home)
            yield made
        finally:
            process.terminate()
            process.wait(20)


def _await(process: "subprocess.Popen[bytes]", front: Front, home: Path) -> None:
    deadline = monotonic() + 30
    while process.poll() is None and monotonic() < deadline:
        try:
            front.ask(front.platform)
        except httpx.TransportError:
            sleep(0.05)
        else:
            return
    pytest.fail((home / "nginx.log").read_text()[-2000:])


def test_a_platform_with_its_certificate_gets_through_with_its_token(front: Front) -> None:
    answer = front.ask(front.platform)
    assert (answer.status_code, answer.text) == (200, "Bearer x")


def refused(answer: httpx.Response) -> bool:
    assert answer.headers["content-type"] == "application/problem+json"
    assert "客户端证书" in answer.json()["detail"]
    return (answer.status_code, answer.json()["code"]) == (403, "not_authorised")


def test_without_a_certificate_nobody_gets_through(front: Front) -> None:
    assert refused(front.ask(None))


def test_a_certificate_of_another_authority_is_none(front: Front) -> None:
    assert refused(front.ask(front.strangers.new("platform-of-strangers")))
    assert refused(front.ask(front.city.new("signed-by-the-citys-own-authority")))


def test_a_certificate_that_ended_or_was_revoked_is_none(front: Front) -> None:
    assert refused(front.ask(front.clients.new("ended", days=-1)))
    assert refused(front.ask(front.lost))


def test_plain_http_is_refused(front: Front) -> None:
    answer = httpx.get(f"http://127.0.0.1:{front.port}/", trust_env=False)
    assert answer.status_code == 400
