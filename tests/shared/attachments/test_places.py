"""Where files are kept, as the settings say it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.attachments.places import place_of
from shared.attachments.store import Store, StoreAway, Upload
from shared.kernel.actor import Actor
from shared.web.settings import Settings
from tests.support.files import PDF, pdf, sm3
from tests.support.processes import free_port
from tests.support.s3 import s3_server

DEB = Actor(person="deb-1", name="经办人", body="DEB", role="OFFICER")


async def keep(store: Store, content: bytes) -> None:
    with store.place.staging.file() as staged:
        staged.write(content)
        digests = staged.finish()
        upload = Upload(
            file_name="a.pdf",
            media_type=PDF,
            size=digests.size,
            sm3=digests.sm3,
            sha256=digests.sha256,
            by=DEB,
            at=datetime(2026, 1, 5, tzinfo=UTC),
        )
        assert await store.keep(staged, upload) == (upload, True)


async def test_a_folder_elsewhere_keeps_each_services_files_apart(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/附件"
    registry = Store(place_of(url, tmp_path / "home", "registry"))
    await keep(registry, pdf("甲"))
    assert await registry.find(sm3(pdf("甲"))) is not None
    assert await Store(place_of(url, tmp_path / "home", "budget")).find(sm3(pdf("甲"))) is None
    assert not (tmp_path / "home").exists()


async def test_the_keys_of_a_bucket_may_stand_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "credentials"
    keys.write_text("[city]\naws_access_key_id = S3RVER\naws_secret_access_key = S3RVER\n")
    with s3_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
        monkeypatch.setenv("AWS_PROFILE", "city")
        store = Store(place_of(server.url("keys"), tmp_path, "registry"))
        await keep(store, pdf("甲"))
        assert await store.find(sm3(pdf("甲"))) is not None


async def test_a_bucket_that_does_not_answer_is_said_to_be_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    for name, value in {
        "ALLOW_HTTP": "true",
        "ACCESS_KEY_ID": "x",
        "SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    store = Store(place_of("s3://govit/x", tmp_path, "registry"))
    with pytest.raises(StoreAway):
        await store.find(sm3(b""))


@pytest.mark.parametrize("url", ["gs://bucket", "files", "s3:bucket", "file://host/folder", "/srv"])
def test_other_places_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="GOVIT_ATTACHMENTS_URL"):
        place_of(url, tmp_path, "registry")


def test_types_that_cannot_be_recognised_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVIT_ATTACHMENT_TYPES", '["application/pdf"]')
    assert Settings().attachment_types == (PDF,)
    monkeypatch.setenv("GOVIT_ATTACHMENT_TYPES", '["text/html"]')
    with pytest.raises(ValidationError, match="unknown media types: text/html"):
        Settings()
