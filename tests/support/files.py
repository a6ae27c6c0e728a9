"""Small files of every kind that a conversation takes, and some that it does not."""

import io
import zipfile

import openpyxl

from support.file_kinds import DOCX, ODS, ODT

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
EXIF_JPEG = b"\xff\xd8\xff\xe1\x00\x18Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\xff\xd9"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88"
CSV = "Nom;Prénom\r\nRavel;Claire\r\n".encode("cp1252")
TEXT = "Bonjour,\n\tvoilà l’accord du financeur.\n".encode()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"


def archive(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP of these members, the first one stored as it is."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as file:
        for number, (name, content) in enumerate(members):
            file.writestr(name, content, zipfile.ZIP_STORED if number == 0 else compression)
    return kept.getvalue()


def docx(*more: tuple[str, bytes]) -> bytes:
    return archive(
        ("[Content_Types].xml", f"<Types>{DOCX}</Types>".encode()),
        ("word/document.xml", b""),
        *more,
    )


def xlsx() -> bytes:
    kept = io.BytesIO()
    openpyxl.Workbook().save(kept)
    return kept.getvalue()


def opendocument(media_type: str, *more: tuple[str, bytes]) -> bytes:
    return archive(("mimetype", media_type.encode()), ("content.xml", b"<x/>"), *more)


def bomb() -> bytes:
    """Return a document of 200 kB that unpacks to 200 MB."""
    return docx(*((f"word/media/{number}", bytes(20 * 2**20)) for number in range(10)))


TAKEN = {
    "convention.pdf": PDF,
    "logo.png": PNG,
    "photo.jpg": JPEG,
    "PHOTO.JPEG": EXIF_JPEG,
    "photo.webp": WEBP,
    "lettre.docx": docx(),
    "budget.xlsx": xlsx(),
    "lettre.odt": opendocument(ODT),
    "budget.ods": opendocument(ODS),
    "liste.csv": CSV,
    "accord.txt": TEXT,
}
