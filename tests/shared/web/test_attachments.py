"""Attachments over HTTP, on disk and in an S3 store."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import obstore
import pytest

from deploy.attachments import examine
from shared.attachments.store import Store
from shared.events.registry import DataCollectionFlagged
from shared.events.vocabulary import Document
from shared.web.settings import LOGS
from tests.shared.web.test_http import a_declaration, a_unit, problem
from tests.support.builders import document
from tests.support.city import START, City, CityDatabases, new_unit_id, running_city
from tests.support.files import DOCX, PDF, package, pdf, sha256, sm3, swollen
from tests.support.s3 import s3_server

LIMIT = 6 * 1024 * 1024


@dataclass
class Archive:
    """A city, and its files from both sides: HTTP, and where they lie."""

    city: City

    def store(self, service: str = "registry") -> Store:
        store: Store = self.city.runtime(service).attachments
        return store

    def who(self, by: str, unit: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.city.token(by, unit=unit)}"}

    async def put(
        self,
        content: bytes,
        *,
        name: str = "report.pdf",
        kind: str = PDF,
        digest: str | None = None,
        by: str = "DEB",
        unit: str | None = None,
        service: str = "registry",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        named = {"X-File-Name": f"UTF-8''{quote(name)}"} if headers is None else headers
        return await self.city.http.put(
            f"/{service}/v1/attachments/{digest or sm3(content)}",
            content=content,
            headers={**self.who(by, unit), "Content-Type": kind, **named},
        )

    async def get(
        self,
        digest: str,
        *,
        by: str = "AUD",
        unit: str | None = None,
        service: str = "registry",
        method: str = "GET",
        **headers: str,
    ) -> httpx.Response:
        return await self.city.http.request(
            method,
            f"/{service}/v1/attachments/{digest}",
            headers={**self.who(by, unit), **headers},
        )

    async def listed(self, project: str, **query: Any) -> dict[str, Any]:
        answer = await self.city.get(f"/registry/v1/projects/{project}/attachments", **query)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def presence(self, project: str, digest: str, **query: Any) -> str:
        items = (await self.listed(project, **query))["items"]
        (found,) = {item["presence"] for item in items if item["digest"] == digest}
        return str(found)

    async def replace(self, content: bytes, other: bytes) -> None:
        """What somebody with access to the store may do."""
        digits = sha256(content).removeprefix("sha256:")
        path = f"files/{digits[:2]}/{digits}"
        await obstore.put_async(self.store().place.objects, path, other)

    async def remove(self, content: bytes) -> None:
        digits = sha256(content).removeprefix("sha256:")
        await obstore.delete_async(self.store().place.objects, f"files/{digits[:2]}/{digits}")

    async def declared(self, content: bytes, **changes: Any) -> tuple[str, str]:
        """A unit's project whose declaration has a file among its materials: unit and project."""
        unit, command = await a_declaration(self.city, **changes)
        command["materials"][0]["document"]["digest"] = sm3(content)
        answer = await self.city.post("/registry/v1/projects", command, by="UNIT", unit=unit)
        assert answer.status_code == 201, answer.text
        return unit, str(answer.json()["id"])


@pytest.fixture(scope="module", params=["disk", "s3"])
async def archive(
    request: pytest.FixtureRequest,
    city_databases: CityDatabases,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Archive]:
    home = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOVIT_ATTACHMENT_MAX_BYTES", str(LIMIT))
        if request.param == "disk":
            async with running_city(city_databases, home) as city:
                yield Archive(city)
            return
        with s3_server() as server:
            for name, value in server.environment.items():
                patch.setenv(name, value)
            patch.setenv("GOVIT_ATTACHMENTS_URL", server.url("city/files"))
            async with running_city(city_databases, home) as city:
                yield Archive(city)


def staged(archive: Archive, service: str = "registry") -> list[Path]:
    folder = archive.city.settings.home / "attachments" / service / "staging"
    return list(folder.glob("*"))


# -- put and fetched -----------------------------------------------------------------------


@pytest.mark.parametrize("service", LOGS)
async def test_what_was_put_is_fetched_by_either_digest(archive: Archive, service: str) -> None:
    content = pdf(f"批复 {service}")
    first = await archive.put(content, name="批复（正式）.pdf", service=service)
    assert first.status_code == 201, first.text
    said = first.json()
    assert (said["sm3"], said["sha256"]) == (sm3(content), sha256(content))
    assert (said["size"], said["media_type"]) == (len(content), PDF)
    again = await archive.put(content, name="别名.pdf", digest=sha256(content), service=service)
    assert (again.status_code, again.json()) == (200, said)
    for digest in (sm3(content), sha256(content)):
        answer = await archive.get(digest, service=service)
        assert answer.status_code == 200
        assert answer.content == content
        assert answer.headers["content-type"] == PDF
        assert answer.headers["content-length"] == str(len(content))
        assert answer.headers["etag"] == f'"{sha256(content)}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        shown = answer.headers["content-disposition"]
        assert shown.startswith("attachment; ")
        assert shown.endswith(f"filename*=UTF-8''{quote('批复（正式）.pdf')}")
        head = await archive.get(digest, service=service, method="HEAD")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(content))
    assert staged(archive, service) == []


async def test_a_file_larger_than_any_command_is_taken(archive: Archive) -> None:
    content = pdf("大", size=LIMIT)
    assert (await archive.put(content)).status_code == 201
    assert (await archive.get(sm3(content))).content == content


async def test_a_part_can_be_fetched(archive: Archive) -> None:
    content = pdf("一段")
    await archive.put(content)
    size = len(content)
    for asked, start, stop in [
        ("bytes=0-3", 0, 4),
        ("bytes=5-", 5, size),
        ("bytes=-6", size - 6, size),
        ("bytes=2-99999", 2, size),
    ]:
        answer = await archive.get(sm3(content), Range=asked)
        assert answer.status_code == 206, asked
        assert answer.content == content[start:stop]
        assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{size}"
    for whole in ("bytes=3-1", "bytes=0-1,3-4", "lines=1-2", "bytes=-"):
        answer = await archive.get(sm3(content), Range=whole)
        assert (answer.status_code, answer.content) == (200, content), whole
    for nothing in (f"bytes={size}-", "bytes=-0"):
        answer = await archive.get(sm3(content), Range=nothing)
        problem(answer, 416, "range_not_satisfiable")
        assert answer.headers["content-range"] == f"bytes */{size}"
    changed = {"Range": "bytes=0-3", "If-Range": '"sha256:other"'}
    assert (await archive.get(sm3(content), **changed)).content == content
    known = await archive.get(sm3(content), **{"If-None-Match": f'"{sha256(content)}"'})
    assert (known.status_code, known.content) == (304, b"")


async def test_the_same_file_put_by_many_at_once_is_kept_once(archive: Archive) -> None:
    content = pdf(f"同时 {uuid.uuid4()}", size=300_000)
    answers = await asyncio.gather(*(archive.put(content) for _ in range(8)))
    assert {a.status_code for a in answers} <= {200, 201}
    assert 201 in {a.status_code for a in answers}
    assert (await archive.get(sm3(content))).content == content
    stored = await archive.store().find(sm3(content))
    assert stored is not None
    assert len(stored.uploads) == 1
    assert staged(archive) == []


# -- refused -------------------------------------------------------------------------------


async def test_bytes_of_another_digest_are_not_kept(archive: Archive) -> None:
    content, other = pdf("收到的"), pdf("说好的")
    answer = await archive.put(content, digest=sm3(other))
    said = problem(answer, 422, "invalid_payload")
    assert sm3(other) in said["detail"]
    assert sm3(content) in said["detail"]
    assert sha256(content) in said["detail"]
    for digest in (sm3(content), sm3(other), sha256(content)):
        problem(await archive.get(digest), 404, "not_found")
    assert staged(archive) == []


@pytest.mark.parametrize("digest", ["md5:" + "0" * 32, "sm3:" + "G" * 64, "sm3:..", "sm3:%2e%2e"])
async def test_what_is_no_digest_is_refused(archive: Archive, digest: str) -> None:
    answer = await archive.put(pdf("x"), digest=digest)
    problem(answer, 422, "invalid_payload")


async def test_too_large_is_refused_before_all_of_it_is_read(archive: Archive) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield b"%PDF-1.7\n"
        for _ in range(200):
            read += 1 << 20
            yield b" " * (1 << 20)

    headers = {"Content-Type": PDF, "X-File-Name": "a.pdf", **archive.who("DEB", None)}
    path = f"/registry/v1/attachments/{sm3(b'x')}"
    answer = await archive.city.http.put(path, content=endless(), headers=headers)
    problem(answer, 413, "too_large")
    assert LIMIT <= read <= LIMIT + (3 << 20)
    read = 0
    said = {**headers, "Content-Length": str(LIMIT + 1)}
    answer = await archive.city.http.put(path, content=endless(), headers=said)
    problem(answer, 413, "too_large")
    assert read == 0
    assert answer.headers["connection"] == "close"
    assert staged(archive) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("text/html", "a.html"),
        ("image/svg+xml", "a.svg"),
        ("application/octet-stream", "a.exe"),
        ("application/octet-stream", "a"),
        (PDF, "a.html"),
        (PDF, "a.pdf.exe"),
        ("text/html", "a.pdf"),
        ("", "a.pdf"),
    ],
)
async def test_other_types_are_refused(archive: Archive, kind: str, name: str) -> None:
    answer = await archive.put(pdf("x"), kind=kind, name=name)
    problem(answer, 415, "unsupported_media_type")


GOOD = [
    ("a.pdf", PDF, pdf("甲")),
    ("A.PDF", "application/octet-stream", pdf("乙")),
    ("a.ofd", "application/ofd", package("OFD.xml", "Doc_0/Document.xml")),
    ("a.docx", DOCX, package("[Content_Types].xml", "word/document.xml")),
    ("a.zip", "application/zip", package("src/main.c")),
    ("a.png", "image/png", b"\x89PNG\r\n\x1a\n...."),
    ("a.jpeg", "image/jpeg", b"\xff\xd8\xff\xe0...."),
    ("a.txt", "text/plain; charset=utf-8", "一行\n两行\t\r\n".encode()),
    ("a.csv", "text/csv", "\ufeff甲,乙\n".encode()),
]
BAD = [
    ("a.pdf", PDF, b"<html><script>"),
    ("a.pdf", PDF, b""),
    ("a.png", "image/png", pdf("不是图")),
    ("a.ofd", "application/ofd", package("word/document.xml")),
    ("a.docx", DOCX, package("[Content_Types].xml", "xl/workbook.xml")),
    ("a.docx", DOCX, package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
    ("a.zip", "application/zip", package("src/main.c")[:-8]),
    ("a.zip", "application/zip", b"PK\x03\x04" + b"\0" * 100),
    ("a.zip", "application/zip", swollen()),
    ("a.txt", "text/plain", "中文".encode("gb18030")),
    ("a.txt", "text/plain", b"MZ\x00\x01"),
    ("a.csv", "text/csv", "截断".encode()[:-1]),
]


@pytest.mark.parametrize(("name", "kind", "content"), GOOD, ids=[g[0] for g in GOOD])
async def test_a_file_that_is_what_it_says_is_taken(
    archive: Archive, name: str, kind: str, content: bytes
) -> None:
    answer = await archive.put(content, name=name, kind=kind)
    assert answer.status_code == 201, answer.text
    assert (await archive.get(sm3(content))).content == content


@pytest.mark.parametrize(("name", "kind", "content"), BAD, ids=range(len(BAD)))
async def test_a_file_that_is_not_what_it_says_is_refused(
    archive: Archive, name: str, kind: str, content: bytes
) -> None:
    problem(await archive.put(content, name=name, kind=kind), 422, "invalid_payload")
    problem(await archive.get(sm3(content)), 404, "not_found")


NAMELESS: list[dict[str, str]] = [
    {},
    {"X-File-Name": ""},
    {"X-File-Name": "../../etc/passwd.pdf"},
    {"X-File-Name": "UTF-8''..%2Fa.pdf"},
    {"X-File-Name": "UTF-8''a%5Cb.pdf"},
    {"X-File-Name": "UTF-8''a%00.pdf"},
    {"X-File-Name": "UTF-8''a%0D%0ASet-Cookie%3A%20x.pdf"},
    {"X-File-Name": "UTF-8''a%E2%80%AEfdp.exe.pdf"},  # right-to-left override
    {"X-File-Name": "UTF-8''a%E2%80%8B.pdf"},  # zero width
    {"X-File-Name": "UTF-8''%FF%FE.pdf"},
    {"X-File-Name": "UTF-8''" + quote("长" * 99) + ".pdf"},
    {"Content-Disposition": "attachment"},
    {"Content-Disposition": 'attachment; filename="../a.pdf"'},
    {"Content-Disposition": "attachment; filename*=UTF-8''a%0D%0Ab.pdf"},
]


@pytest.mark.parametrize("headers", NAMELESS, ids=range(len(NAMELESS)))
async def test_a_name_that_plays_tricks_is_refused(
    archive: Archive, headers: dict[str, str]
) -> None:
    content = pdf("名")
    problem(await archive.put(content, headers=headers), 422, "invalid_payload")
    problem(await archive.get(sm3(content)), 404, "not_found")


async def test_a_name_that_is_no_utf_8_at_all_is_refused(archive: Archive) -> None:
    headers = {b"X-File-Name": "批复.pdf".encode("gb18030"), b"Content-Type": PDF.encode()}
    headers |= {k.encode(): v.encode() for k, v in archive.who("DEB", None).items()}
    path = f"/registry/v1/attachments/{sm3(pdf('x'))}"
    answer = await archive.city.http.put(path, content=pdf("x"), headers=headers)
    problem(answer, 422, "invalid_payload")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"X-File-Name": "plain name.pdf"}, "plain name.pdf"),
        ({"X-File-Name": "utf-8'zh'%E6%89%B9.pdf"}, "批.pdf"),
        ({"Content-Disposition": 'attachment; filename="a b.pdf"'}, "a b.pdf"),
        ({"Content-Disposition": "attachment; filename*=UTF-8''%E6%89%B9.pdf"}, "批.pdf"),
    ],
)
async def test_a_name_is_read_from_either_header(
    archive: Archive, headers: dict[str, str], name: str
) -> None:
    answer = await archive.put(pdf(f"{headers}"), headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["file_name"] == name


async def test_who_has_nothing_to_do_here_puts_nothing(archive: Archive) -> None:
    content = pdf("谁")
    assert (await archive.put(content, by="SYSTEM")).status_code == 403
    # The leading group decides at acceptance, but nothing in the budget.
    policy = archive.city.runtime("budget").policy_to_read()
    commands = archive.city.runtime("budget").spec.commands
    idle = {"GOV", "LG", "CRY"} - {body for name in commands for body in policy.powers(name)}
    assert idle
    for body in idle:
        problem(await archive.put(content, by=body, service="budget"), 403, "not_authorised")
    answer = await archive.city.http.get(f"/registry/v1/attachments/{sm3(content)}")
    problem(answer, 401, "not_authenticated")


# -- who may see ---------------------------------------------------------------------------


async def test_a_unit_sees_what_it_brought_and_others_do_not(archive: Archive) -> None:
    content = pdf("本单位的")
    mine, other = new_unit_id(), new_unit_id()
    assert (await archive.put(content, by="UNIT", unit=mine)).status_code == 201
    assert (await archive.get(sm3(content), by="UNIT", unit=mine)).status_code == 200
    assert (await archive.get(sm3(content), by="FIN")).status_code == 200
    for method in ("GET", "HEAD"):
        answer = await archive.get(sm3(content), by="UNIT", unit=other, method=method)
        assert answer.status_code == 404
    # Who brings the same bytes is told nothing of who did before.
    own = await archive.put(content, by="UNIT", unit=other, name="我的.pdf")
    assert (own.status_code, own.json()["file_name"]) == (201, "我的.pdf")
    seen = await archive.get(sm3(content), by="UNIT", unit=other)
    assert seen.headers["content-disposition"].endswith(quote("我的.pdf"))
    first = await archive.get(sm3(content), by="UNIT", unit=mine)
    assert first.headers["content-disposition"].endswith("report.pdf")


async def test_the_units_of_a_project_see_what_one_of_them_attached(archive: Archive) -> None:
    content = pdf("联合申报")
    along = await a_unit(archive.city)
    lead, _ = await archive.declared(
        content, participants=[{"unit_id": along, "scope": "数据比对"}]
    )
    problem(await archive.get(sm3(content), by="UNIT", unit=along), 404, "not_found")
    await archive.put(content, by="UNIT", unit=lead)
    assert (await archive.get(sha256(content), by="UNIT", unit=along)).status_code == 200
    stranger = await archive.get(sm3(content), by="UNIT", unit=new_unit_id())
    problem(stranger, 404, "not_found")


async def test_a_digest_written_down_by_a_unit_opens_nobody_elses_file(archive: Archive) -> None:
    content = pdf("内部文件")
    await archive.put(content, by="DEB")
    unit, project = await archive.declared(content)
    problem(await archive.get(sm3(content), by="UNIT", unit=unit), 404, "not_found")
    path = f"/registry/v1/projects/{project}/attachments"
    shown = (await archive.city.get(path, by="UNIT", unit=unit)).json()["items"]
    assert {i["presence"] for i in shown if i["digest"] == sm3(content)} == {"MISSING"}
    assert await archive.presence(project, sm3(content)) == "PRESENT"


async def test_what_a_body_attached_to_a_units_matter_is_for_that_unit(archive: Archive) -> None:
    content = pdf("归集情况认定")
    unit, other = await a_unit(archive.city), await a_unit(archive.city)
    await archive.put(content, by="DEB")
    paper = Document(title="认定", digest=sm3(content))
    await archive.city.given("registry", flagged(unit, paper))
    assert (await archive.get(sm3(content), by="UNIT", unit=unit)).status_code == 200
    problem(await archive.get(sm3(content), by="UNIT", unit=other), 404, "not_found")


def flagged(unit: str, paper: Document) -> DataCollectionFlagged:
    return DataCollectionFlagged.model_validate(
        {
            "on": START.date(),
            "unit_id": unit,
            "restriction": {"evidence": paper, "reason": "未归集"},
        }
    )


# -- what a project lacks ------------------------------------------------------------------


async def test_a_projects_documents_are_listed_with_whether_they_are_here(
    archive: Archive,
) -> None:
    content = pdf(f"申报 {uuid.uuid4()}")
    unit, project = await archive.declared(content)
    before = await archive.listed(project)
    assert before["missing"] == len({item["digest"] for item in before["items"]}) == 5
    first = before["items"][0]
    assert (first["event_type"], first["title"]) == ("ProjectDeclared", "APPLICATION_PLAN")
    assert (first["digest"], first["presence"]) == (sm3(content), "MISSING")
    await archive.put(content, by="UNIT", unit=unit)
    after = await archive.listed(project)
    assert (after["missing"], after["altered"]) == (4, 0)
    own = await archive.city.get(
        f"/registry/v1/projects/{project}/attachments", by="UNIT", unit=unit
    )
    assert own.json() == after
    path = f"/registry/v1/projects/{project}/attachments"
    answer = await archive.city.get(path, by="UNIT", unit=new_unit_id())
    problem(answer, 404, "not_found")
    answer = await archive.city.get(f"/registry/v1/projects/{uuid.uuid4()}/attachments")
    problem(answer, 404, "not_found")


@pytest.mark.parametrize("service", LOGS)
async def test_every_service_lists_the_documents_of_its_own_events(
    archive: Archive, service: str
) -> None:
    path = f"/{service}/v1/projects/{uuid.uuid4()}/attachments"
    problem(await archive.city.get(path), 404, "not_found")
    problem(await archive.city.get(path, by="SYSTEM"), 404, "not_found")


async def test_an_altered_file_is_found_and_never_delivered_whole(archive: Archive) -> None:
    content = pdf("原件", size=3 << 20)
    unit, project = await archive.declared(content)
    await archive.put(content, by="UNIT", unit=unit)
    changed = content[:-1] + b"!"
    await archive.replace(content, changed)
    assert await archive.presence(project, sm3(content)) == "PRESENT"
    assert await archive.presence(project, sm3(content), rehash=True) == "ALTERED"
    with pytest.raises(Exception, match=sha256(content).removeprefix("sha256:")):
        await archive.get(sm3(content))
    await archive.replace(content, content + b"!")
    assert await archive.presence(project, sm3(content)) == "ALTERED"
    problem(await archive.get(sm3(content)), 500, "internal_error")
    examined = await examine(archive.store(), [sm3(content)])
    assert [a for a in examined.altered if sha256(content) in a]
    assert examined.missing == [sm3(content)]
    # Who has the file mends it.
    assert (await archive.put(content, by="UNIT", unit=unit)).status_code == 200
    assert (await archive.get(sm3(content))).content == content
    examined = await examine(archive.store(), [sm3(content)])
    assert (examined.altered, examined.missing) == ([], [])


async def test_a_file_that_is_gone_is_found_missing(archive: Archive) -> None:
    content = pdf("遗失")
    unit, project = await archive.declared(content)
    await archive.put(content, by="UNIT", unit=unit)
    await archive.remove(content)
    assert await archive.presence(project, sm3(content)) == "MISSING"
    problem(await archive.get(sm3(content)), 404, "not_found")
    examined = await examine(archive.store(), [sm3(content), document("从未上传").digest])
    assert examined.missing == sorted([sm3(content), document("从未上传").digest])
    assert [a for a in examined.altered if sha256(content) in a]
    await archive.put(content, by="UNIT", unit=unit)
    assert await archive.presence(project, sm3(content), rehash=True) == "PRESENT"


async def test_an_index_that_leads_elsewhere_leads_nowhere(archive: Archive) -> None:
    content, other = pdf("甲方"), pdf("乙方")
    await archive.put(content)
    await archive.put(other)
    index, digits = sm3(content).removeprefix("sm3:"), sha256(other).removeprefix("sha256:")
    path = f"sm3/{index[:2]}/{index}"
    await obstore.put_async(archive.store().place.objects, path, digits.encode())
    problem(await archive.get(sm3(content)), 404, "not_found")
    examined = await examine(archive.store(), [])
    assert [a for a in examined.altered if index in a]
    await obstore.delete_async(archive.store().place.objects, path)
    assert (await archive.put(content)).status_code == 200
    assert (await archive.get(sm3(content))).content == content
