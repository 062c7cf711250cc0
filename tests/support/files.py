"""Files for the tests: the smallest that are what they say, and their digests."""

import hashlib
import io
import zipfile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(text: str, size: int = 0) -> bytes:
    """A PDF of its own for every text; padded to a size."""
    content = b"%PDF-1.7\n% " + text.encode() + b"\n%%EOF\n"
    return content + b" " * (size - len(content))


def package(*names: str) -> bytes:
    """A ZIP that holds members of these names."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return content.getvalue()


def swollen() -> bytes:
    """A ZIP with nearly nothing in it, and a table of contents that takes much memory to read."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(70):
            member = zipfile.ZipInfo(str(number))
            member.comment = b"x" * 65_000
            archive.writestr(member, b"")
    return content.getvalue()


def sm3(content: bytes) -> str:
    return "sm3:" + hashlib.new("sm3", content).hexdigest()


def sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
