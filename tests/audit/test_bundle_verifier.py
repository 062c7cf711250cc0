"""核验: whatever is changed in a bundle is noticed, and the place is named."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.bundle import archived, verify
from services.audit.bundle.verify import (
    FIELDS,
    SUMS,
    Fault,
    check,
    held,
    line,
    main,
    page,
    sums_of,
)
from shared.eventstore.merkle import HashName
from shared.web.settings import LOGS
from tests.audit.bundles import PROJECT, bundled, replace, rows, sound

Files = dict[str, bytes]
Event = dict[str, Any]

NEWLINE = b"\n"
at_any_speed = settings(deadline=None)
few = settings(deadline=None, max_examples=20)


def lines() -> list[bytes]:
    return sound()["events.ndjson"].splitlines(keepends=True)


def events() -> list[Event]:
    return [json.loads(each) for each in lines()]


def resealed(**changed: bytes) -> Files:
    """The bundle with other files, by one who also knows to write down their new sums."""
    return summed(sound() | {name.replace("_", "."): content for name, content in changed.items()})


def summed(files: Files) -> Files:
    rest = {name: content for name, content in files.items() if name != SUMS}
    return rest | {SUMS: sums_of(held(rest), sorted(rest))}


def with_lines(changed: list[bytes]) -> Files:
    return resealed(events_ndjson=b"".join(changed))


def with_logs(change: Callable[[dict[str, Any]], object]) -> Files:
    """The bundle after a change to what logs.json says, by service."""
    content = json.loads(sound()["logs.json"])
    change({log["service"]: log for log in content["logs"]})
    return resealed(logs_json=page(content))


def with_proofs(change: Callable[[list[dict[str, Any]]], object]) -> Files:
    """The bundle after a change to its proofs."""
    proofs = [json.loads(each) for each in sound()["proofs.ndjson"].splitlines()]
    change(proofs)
    return resealed(proofs_ndjson=b"".join(map(line, proofs)))


def fault(files: Files) -> str:
    """What is at fault, which both languages must name alike."""
    with pytest.raises(Fault) as found:
        check(files)
    assert found.value.english.isascii()
    numbers = [int(n) for n in found.value.english.split() if n.isdigit()]
    assert all(str(number) in found.value.chinese for number in numbers)
    return found.value.english


def place(number: int) -> str:
    """What names the event on a line, from 1."""
    event = events()[number - 1]
    return f"{event['service']} position {event['position']} (events.ndjson line {number}): "


line_numbers = st.integers(1, len(lines()))


# -- what is as it should be --------------------------------------------------------------------


@pytest.mark.parametrize("hash_name", HashName)
def test_a_bundle_as_made_is_valid(hash_name: HashName) -> None:
    verdict = check(bundled(rows(hash_name), hash_name))
    assert verdict.project_id == str(PROJECT)
    assert {log.service for log in verdict.logs if log.events} == set(LOGS)
    assert verdict.events == sum(log.events for log in verdict.logs) > 20
    assert not verdict.sandbox


# -- events that were changed -------------------------------------------------------------------


@pytest.mark.parametrize("field", FIELDS)
@few
@given(line_numbers, st.data())
def test_a_byte_of_any_field_that_was_changed_is_noticed(
    field: str, number: int, data: st.DataObject
) -> None:
    changed = lines()
    written = changed[number - 1]
    value = line({field: events()[number - 1][field]}).rstrip()[1:-1]
    start = written.index(value)
    at = data.draw(st.integers(start, start + len(value) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != written[at]))
    changed[number - 1] = written[:at] + bytes([byte]) + written[at + 1 :]
    assert f"line {number}" in fault(with_lines(changed))


@at_any_speed
@given(st.sampled_from(sorted(sound())), st.data())
def test_a_byte_of_any_file_that_was_changed_is_noticed(name: str, data: st.DataObject) -> None:
    content = sound()[name]
    at = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != content[at]))
    found = fault(sound() | {name: content[:at] + bytes([byte]) + content[at + 1 :]})
    if name == "events.ndjson":
        assert f"line {content[:at].count(NEWLINE) + 1}" in found


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda e: line(dict(reversed(e.items()))),
        lambda e: line({**e, "leaf": e["leaf"].upper()}),
        lambda e: line({**e, "event_id": e["event_id"].upper().replace("-", "")}),
        lambda e: line({**e, "version": float(e["version"])}),
        lambda e: line({**e, "version": True}),
        lambda e: line({**e, "position": str(e["position"])}),
        lambda e: line({**e, "recorded_at": e["recorded_at"].replace("Z", "+00:00")}),
        lambda e: line({**e, "recorded_at": e["recorded_at"].replace("2", "٢")}),
        lambda e: line({**e, "recorded_at": e["recorded_at"][:11] + "24:00:00.000000Z"}),
        lambda e: line({**e, "note": "更正"}),
        lambda e: line({**e, "service": "archive"}),
        lambda e: line({**e, "service": ["registry"]}),
        lambda e: line({name: e[name] for name in FIELDS[:-1]}),
        lambda e: line(list(e)),
        lambda e: line(e).replace(b":", b": ", 1),
        lambda e: line(e).replace(b"\n", b"\r\n"),
        lambda e: line(e).replace(b"{", b'{"position":1,', 1),
        lambda e: line(e).replace(b"project", rb"\u0070roject", 1),
        lambda e: b"[" * 100_000 + b"\n",
        lambda e: b"\n",
        lambda e: b"\xff\n",
    ],
)
def test_an_event_is_written_in_one_way_only(rewrite: Callable[[Event], bytes]) -> None:
    changed = lines()
    changed[2] = rewrite(events()[2])
    assert "events.ndjson line 3" in fault(with_lines(changed))


@given(line_numbers)
@few
def test_a_line_left_out_is_named(number: int) -> None:
    event = events()[number - 1]
    found = fault(with_lines([each for n, each in enumerate(lines(), 1) if n != number]))
    assert found == f"{event['service']} position {event['position']}: the event is missing"


def test_the_first_of_what_is_left_out_is_named() -> None:
    first = events()[0]
    found = fault(with_lines([]))
    assert found == f"{first['service']} position {first['position']}: the event is missing"


@given(st.lists(line_numbers, min_size=2, max_size=2, unique=True).map(sorted))
@few
def test_two_lines_in_each_others_place_are_named(pair: list[int]) -> None:
    first, second = pair
    changed = lines()
    changed[first - 1], changed[second - 1] = changed[second - 1], changed[first - 1]
    assert f"line {first}): it is not where the history has it" in fault(with_lines(changed))


@given(line_numbers, line_numbers)
@few
def test_a_line_that_is_there_twice_is_named(number: int, at: int) -> None:
    changed = lines()
    changed.insert(at, changed[number - 1])
    assert fault(with_lines(changed)).endswith("it is there twice")


def test_a_last_line_without_its_end_is_named() -> None:
    changed = lines()
    changed[-1] = changed[-1].rstrip()
    assert fault(with_lines(changed)).startswith(f"events.ndjson line {len(changed)}: ")


# -- proofs that were changed -------------------------------------------------------------------


@pytest.mark.parametrize("service", LOGS)
def test_another_root_is_noticed_at_the_logs_first_event(service: str) -> None:
    number = 1 + [event["service"] for event in events()].index(service)
    root = "ab" * 32
    found = fault(with_logs(lambda logs: logs[service].update(root=root, stated_root=root)))
    assert found == place(number) + "the inclusion path leads to another root"


@few
@given(line_numbers, st.data())
def test_another_path_is_noticed(number: int, data: st.DataObject) -> None:
    def change(proofs: list[dict[str, Any]]) -> None:
        path = proofs[number - 1]["path"]
        node = data.draw(st.integers(0, len(path) - 1))
        at, digit = data.draw(st.integers(0, 63)), data.draw(st.sampled_from("0123456789abcdefg"))
        was = path[node]
        path[node] = was[:at] + digit + was[at + 1 :]
        if path[node] == was:
            del path[node]

    assert fault(with_proofs(change)).startswith(place(number))


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof.update(path=[*proof["path"], "00" * 32]),
        lambda proof: proof.update(path=[]),
        lambda proof: proof.update(path=[1]),
        lambda proof: proof.update(position=999),
    ],
)
def test_a_path_of_another_shape_is_noticed(change: Callable[[dict[str, Any]], None]) -> None:
    number = 1 + [event["service"] for event in events()].index("budget")
    found = fault(with_proofs(lambda proofs: change(proofs[number - 1])))
    assert found.startswith(place(number))


@pytest.mark.parametrize("size", [0, 1, 10**30])
def test_a_size_that_was_changed_is_noticed(size: int) -> None:
    found = fault(with_logs(lambda logs: logs["registry"].update(size=size)))
    assert found.startswith("registry position ")


def test_a_root_that_the_service_did_not_state_is_named() -> None:
    found = fault(with_logs(lambda logs: logs["budget"].update(stated_root="00" * 32)))
    assert found.endswith("the audit service computed another root than the service stated")
    assert found.startswith("budget position ")


@pytest.mark.parametrize(
    "change",
    [
        lambda logs: logs["budget"].update(hash="md5"),
        lambda logs: logs["budget"].update(service="registry"),
        lambda logs: logs["budget"].update(service="预算"),
        lambda logs: logs["budget"].update(origin="\x1b[2J"),
        lambda logs: logs["budget"].update(size=True),
        lambda logs: logs["budget"].update(size=-1),
        lambda logs: logs["budget"].pop("root"),
        lambda logs: logs["budget"].update(events=None),
        lambda logs: logs["budget"].update(events=-1),
        lambda logs: logs["budget"].update(origin="govit/511100/registry"),
        lambda logs: logs["budget"].update(note="更正"),
    ],
)
def test_logs_of_another_form_are_not_read(change: Callable[[dict[str, Any]], object]) -> None:
    assert fault(with_logs(change)).startswith("logs.json: ")


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format":"govit-audit-bundle/1"}'],
)
def test_what_is_no_description_of_logs_is_not_read(content: bytes) -> None:
    assert fault(resealed(logs_json=content)).startswith("logs.json: ")


# -- the whole ----------------------------------------------------------------------------------


def test_an_event_left_out_with_its_proof_leaves_a_gap() -> None:
    logs = rows()
    own = [row for row in logs["approval"] if row.stream_id == f"project:{PROJECT}"]
    logs["approval"] = [
        replace(row, originator_id="project:x") if row is own[2] else row
        for row in logs["approval"]
    ]
    after = own[3].position
    found = fault(bundled(logs))
    assert found.startswith(f"approval position {after} ")
    assert found.endswith("version 3 is missing before it")


def test_decisions_and_documents_are_what_the_events_say() -> None:
    for name in ("decisions.ndjson", "documents.json"):
        changed = sound()[name].replace(b"decided", b"derided").replace(b"sm3:", b"md5:")
        changed = changed.replace(b"sha256:", b"sha512:")
        assert changed != sound()[name]
        found = fault(summed(sound() | {name: changed}))
        assert found == f"{name}: it is not what the events say"


@pytest.mark.parametrize("name", sorted(sound()))
def test_a_file_that_is_missing_is_named(name: str) -> None:
    files = {n: content for n, content in sound().items() if n != name}
    assert fault(files) == f"{name}: the file is missing"


def run(bundle: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main([str(bundle)])
    return code, capsys.readouterr().out


def test_an_archive_and_a_directory_are_read_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.zip").write_bytes(archived(sound()))
    folder = tmp_path / "folder"
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extractall(folder)
    (folder / "note.txt").write_text("an auditor's own")
    zipped, unzipped = run(tmp_path / "b.zip", capsys), run(folder, capsys)
    assert zipped == unzipped
    assert zipped[0] == 0
    assert zipped[1].startswith(f"有效：项目 {PROJECT}")
    assert f"VALID: project {PROJECT}" in zipped[1]


def test_what_is_not_valid_is_said_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.zip").write_bytes(archived(with_lines(lines()[1:])))
    code, said = run(tmp_path / "b.zip", capsys)
    assert code == 1
    assert said.startswith("无效：")
    assert "位置 1：事件缺失\nINVALID: " in said


@pytest.mark.parametrize("cut", [0, 10, 1000, -10])
def test_an_archive_that_was_cut_is_not_valid(
    cut: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.zip").write_bytes(archived(sound())[:cut])
    code, said = run(tmp_path / "b.zip", capsys)
    assert (code, "INVALID: b.zip: the archive is damaged" in said) == (1, True)


def test_an_archive_with_more_in_it_is_not_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.zip").write_bytes(archived(sound() | {"events.ndjson.bak": b""}))
    code, said = run(tmp_path / "b.zip", capsys)
    assert (code, "does not hold the files it should" in said) == (1, True)


@few
@given(st.data())
def test_a_byte_of_the_archive_that_was_changed_does_no_more_than_be_noticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(archived(sound()))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.getbasetemp() / "flipped.zip"
    path.write_bytes(bytes(content))
    try:
        check(verify.load(path))  # valid still, where the byte was a date or a mode
    except Fault:
        pass


def test_where_there_is_nothing_to_check_it_says_how(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "none.zip", capsys)[0] == 2
    assert main(["one", "two"]) == 2
    assert "usage: python verify.py" in capsys.readouterr().out
