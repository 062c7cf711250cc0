"""Files on their way in: whose they are, and what becomes of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.attachments.digests import Hashing
from shared.attachments.staging import Staging, StoreAway
from tests.support.files import pdf, sha256, sm3


def test_what_is_being_received_is_not_cleaned_away(tmp_path: Path) -> None:
    ours, theirs = Staging(tmp_path), Staging(tmp_path)
    with ours.file() as staged:
        staged.write(b"half")
        assert theirs.clean() == 0
        assert staged.path.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_cleaned_away(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from shared.attachments.staging import Staging\n"
        "with Staging(Path(sys.argv[1])).file() as staged:\n"
        "    staged.write(b'half')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    assert Staging(tmp_path).clean() == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_clean_is_no_fault(tmp_path: Path) -> None:
    assert Staging(tmp_path / "never").clean() == 0


def test_where_no_file_can_be_made_the_store_is_away(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(StoreAway), Staging(tmp_path / "taken").file():
        pass


def test_digests_are_of_all_bytes_in_order() -> None:
    content = pdf("甲" * 1000)
    hashing = Hashing()
    for start in range(0, len(content), 7):
        hashing.update(content[start : start + 7])
    assert hashing.digests().names == (sm3(content), sha256(content))
    assert hashing.digests().size == len(content)


def test_sm3_is_the_same_without_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.attachments.digests._BY_OPENSSL", False)
    hashing = Hashing()
    hashing.update(b"ab")
    hashing.update(b"c")
    digests = hashing.digests()
    assert digests.sm3 == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
