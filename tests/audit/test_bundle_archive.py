"""核验: whatever is handed to the verifier as a bundle, it answers; offline, on any Python."""

import io
import json
import shutil
import struct
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.bundle import archived, verify
from services.audit.bundle.verify import Fault, check, load, main
from tests.audit.bundles import maker, ranged, sound
from tests.audit.test_bundle_tampering import KEYS, WITNESS, logs, notes, whole

VERIFIER = Path(verify.__file__)
ALL = (date(2000, 1, 1), date(2099, 12, 31))
few = settings(deadline=None, max_examples=60)


def zipped(entries: list[tuple[str, bytes]], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def judged(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path = tmp_path / "bundle.zip"
    path.write_bytes(content)
    code = main([str(path), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["code"], told["valid"]) == (code, code == 0)
    return code, " ".join(told["lines"])


def entries() -> list[tuple[str, bytes]]:
    return sorted(whole().items())


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/passwd",
        "checkpoints/../../x.txt",
        "a\\b",
        "checkpoints/x/y.txt",
        "x\x00y",
    ],
)
def test_a_name_that_leads_elsewhere_is_not_valid_and_writes_nothing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = judged(zipped([*entries(), (name, b"x")]), tmp_path, capsys)
    assert code == 1
    assert "所含文件不符" in said or "damaged" in said
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_not_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = [*entries(), ("events.ndjson", whole()["events.ndjson"])]
    code, said = judged(zipped(twice), tmp_path, capsys)
    assert (code, "所含文件不符" in said) == (1, True)


@pytest.mark.parametrize("name", ["logs.json", "events.ndjson", "proofs.ndjson", "report.json"])
def test_what_unpacks_to_very_much_is_not_read_whole(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "LARGEST", 1 << 16)
    monkeypatch.setattr(verify, "LONGEST", 1 << 16)
    bomb = dict(entries()) | {name: b"[" * (1 << 24)}
    code, _ = judged(zipped(list(bomb.items())), tmp_path, capsys)
    assert code == 1


def test_another_packing_is_not_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = judged(zipped(entries(), zipfile.ZIP_BZIP2), tmp_path, capsys)
    assert (code, "压缩方式不符" in said) == (1, True)
    assert judged(zipped(entries(), zipfile.ZIP_STORED), tmp_path, capsys)[0] == 0


def lying(content: bytes) -> bytes:
    """The central directory says that every entry is a gigabyte."""
    changed, at = bytearray(content), content.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 24 : at + 28] = struct.pack("<I", 1 << 30)
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"PK",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-30],
        lambda content: b"\x00" * len(content),
        lying,
    ],
)
def test_a_damaged_archive_is_said_to_be_damaged(
    damage: Callable[[bytes], bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = judged(damage(zipped(entries())), tmp_path, capsys)
    assert code == 1
    assert "damaged" in said or "too large" in said


@few
@given(st.integers(0, 10**9), st.integers(1, 255))
def test_a_flipped_byte_of_an_archive_gives_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, where: int, mask: int
) -> None:
    content = bytearray(zipped(entries()))
    content[where % len(content)] ^= mask
    path = tmp_path_factory.getbasetemp() / "flipped-range.zip"
    path.write_bytes(bytes(content))
    try:
        check(load(path))
    except Fault:
        pass


JSON = ["", "null", "[]", "{}", "0", '"x"', "[[", '{"a":NaN}', "[" * 5000, '{"format":1}', "\x00"]


@pytest.mark.parametrize("text", JSON)
@pytest.mark.parametrize("name", ["logs.json", "events.ndjson", "proofs.ndjson", "documents.json"])
def test_malformed_json_is_a_fault(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = judged(archived(sound() | {name: text.encode()}), tmp_path, capsys)
    assert code == 1


@pytest.mark.parametrize("option", ["--proof", "--consistency", "--checkpoint", "--key"])
@pytest.mark.parametrize("text", [*JSON, "\ud800"])
def test_malformed_files_beside_it_are_faults_too(
    option: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.zip").write_bytes(archived(whole()))
    (tmp_path / "f").write_bytes(text.encode("utf-8", "surrogatepass"))
    code = main([str(tmp_path / "b.zip"), option, str(tmp_path / "f")])
    assert code == (2 if option == "--key" and not text.strip() else 1)
    assert main([str(tmp_path / "b.zip"), option, str(tmp_path / "none")]) == 2
    capsys.readouterr()


def test_links_and_folders_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    for name, content in whole().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    assert check(load(folder)).events == check(whole()).events
    (folder / "report.json").unlink()
    (folder / "report.json").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_bytes(whole()["report.json"])
    with pytest.raises(Fault, match="missing"):
        check(load(folder))


# -- where nothing of ours is installed, and no network is --------------------------------------

_NO_NETWORK = """
import runpy, socket, sys
def none(*arguments, **named):
    raise SystemExit("the network was used")
socket.socket = socket.create_connection = socket.getaddrinfo = none
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def interpreters() -> list[str]:
    """This one, and others that the machine has, down to the oldest that is promised."""
    found = [sys.executable]
    for minor in (8, 9, 10, 12, 13):
        program = shutil.which(f"python3.{minor}")
        ran = program and subprocess.run([program, "-c", ""], capture_output=True, timeout=20)
        if program and ran and ran.returncode == 0:
            found.append(program)
    return found


@pytest.mark.parametrize("python", interpreters())
def test_it_runs_by_itself_in_an_empty_environment_offline(python: str, tmp_path: Path) -> None:
    if python == sys.executable:
        venv.create(tmp_path / "empty", with_pip=False, symlinks=True)
        python = str(tmp_path / "empty" / "bin" / "python")
    content = ranged(logs(), ALL, notes=notes(logs()), by=maker(*KEYS))
    (tmp_path / "bundle.zip").write_bytes(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
    (tmp_path / "offline.py").write_text(_NO_NETWORK)
    ran = subprocess.run(
        [
            *(python, "-I", "-S", "-W", "error", "offline.py", "verify.py", "bundle.zip"),
            *("--key", WITNESS.vkey),
        ],
        cwd=tmp_path,
        capture_output=True,
        timeout=100,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "VALID: 2000-01-01 to 2099-12-31" in ran.stdout.decode()


def test_it_imports_nothing_but_the_standard_library() -> None:
    source = VERIFIER.read_text("utf-8")
    imported = {
        text.split()[1].split(".")[0]
        for text in source.splitlines()
        if text.startswith(("import ", "from "))
    }
    assert imported <= sys.stdlib_module_names
    assert not imported & {"socket", "ssl", "urllib", "http", "subprocess", "ctypes"}
