"""What a file is, told by its bytes: the extension says what it claims to be, and the content must agree."""

import re
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO

# What an archive may be in full; inside are many small parts, but not this many.
MOST_INFLATED, MOST_PARTS = 200 * 1024 * 1024, 5_000
LONGEST_NAME = 150
# The start that a browser takes for a page or a script, whatever the file is called.
_MARKUP = re.compile(rb"\s*<(?:!doctype|!--|\?xml|html|head|body|script|svg|style|iframe|img)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class UnknownKind(Exception):
    """Files with this extension are not taken."""


class Mismatch(Exception):
    """The content is not what the extension says, or it is broken."""


def content_type_of(name: str, content: IO[bytes]) -> str:
    """Return the content type of the file called `name`; raise `UnknownKind` or `Mismatch`."""
    extension = PurePosixPath(name).suffix.lower().removeprefix(".")
    if extension not in KINDS:
        raise UnknownKind(extension)
    content_type, is_one = KINDS[extension]
    content.seek(0)
    is_right = is_one(content)
    content.seek(0)
    if not is_right:
        raise Mismatch(extension)
    return content_type


def plain_name(name: str) -> str:
    """Return `name` as a file may be called anywhere: no folders, no control and direction signs, not too long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    # Joiners are letters' own signs in Indian scripts; other signs of this kind turn a name round, so that it lies.
    kept = "".join(sign for sign in last if sign in "\u200c\u200d" or unicodedata.category(sign)[0] != "C")
    kept = re.sub(r'[<>:"|?*]', "_", kept).strip(" .") or "file"
    path = PurePosixPath(kept)
    return (
        f"{path.stem[: LONGEST_NAME - len(path.suffix)]}{path.suffix}" if len(path.suffix) < 10 else kept[:LONGEST_NAME]
    )


def _begins(*starts: bytes) -> Callable[[IO[bytes]], bool]:
    return lambda content: content.read(32).startswith(starts)


def _riff(kind: bytes) -> Callable[[IO[bytes]], bool]:
    def is_one(content: IO[bytes]) -> bool:
        head = content.read(12)
        return head[:4] == b"RIFF" and head[8:] == kind

    return is_one


def _mp3(content: IO[bytes]) -> bool:
    head = content.read(4)
    # A tag, or the first frame: eleven bits set, a version, layer III, a rate.
    return head[:3] == b"ID3" or (
        len(head) == 4
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[1] & 0x18 != 0x08
        and head[2] >> 4 not in {0, 15}
    )


def _m4a(content: IO[bytes]) -> bool:
    head = content.read(12)
    return head[4:8] == b"ftyp" and head[8:11] in {b"M4A", b"mp4", b"iso", b"MSN", b"M4B"}


def _office(member: str) -> Callable[[IO[bytes]], bool]:
    """An archive with `member` in it, not too large when unpacked, and without macros."""

    def is_one(content: IO[bytes]) -> bool:
        if content.read(4) != b"PK\x03\x04":
            return False
        try:
            with zipfile.ZipFile(content) as archive:
                parts = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, RuntimeError, EOFError):
            return False
        names = {part.filename for part in parts}
        return (
            {"[Content_Types].xml", member} <= names
            and not any(name.lower().endswith("vbaproject.bin") for name in names)
            and len(parts) <= MOST_PARTS
            and sum(part.file_size for part in parts) <= MOST_INFLATED
        )

    return is_one


def _text(content: IO[bytes]) -> bool:
    raw = content.read()
    if _MARKUP.match(raw.removeprefix(b"\xef\xbb\xbf")):
        return False
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        # As older Windows programs save it; any bytes are letters there, so control characters tell.
        text = raw.decode("latin-1")
    return not _CONTROLS.search(text) and not _MARKUP.match(text.lstrip("\ufeff").encode("utf-8", "replace"))


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
KINDS: dict[str, tuple[str, Callable[[IO[bytes]], bool]]] = {
    "pdf": ("application/pdf", _begins(b"%PDF-")),
    "jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "gif": ("image/gif", _begins(b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", _riff(b"WEBP")),
    "txt": ("text/plain", _text),
    "csv": ("text/csv", _text),
    "xlsx": (f"{_OPEN_XML}.spreadsheetml.sheet", _office("xl/workbook.xml")),
    "docx": (f"{_OPEN_XML}.wordprocessingml.document", _office("word/document.xml")),
    "mp3": ("audio/mpeg", _mp3),
    "wav": ("audio/wav", _riff(b"WAVE")),
    "m4a": ("audio/mp4", _m4a),
}
