import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from accounts.tenancy import staff_context
from support import attachments, moves
from support.file_kinds import LARGEST, ReadFile, said_beside
from support.models import Attachment, Request
from tests.support.files import CSV, HTML, PDF, PNG, docx

LEAVES = ReadFile(name="Accord « signé ».pdf", media_type="application/pdf", content=PDF)


def uploaded(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")  # browsers may say anything


@pytest.fixture
def asked(desk):
    with staff_context():
        return desk.ask(message="Nous ouvrons deux parcours.")


def join(request: Request, author, **flags) -> Attachment:
    """Join the agreement to a request. Staff scope."""
    said = moves.say(request, author=author, body="Voici l’accord.", files=(LEAVES,), **flags)
    return said.attachments.get()


def door(request: Request, file: Attachment) -> str:
    return reverse("request-attachment", args=[request.reference, file.pk])


# Taken


def test_files_are_read_in_their_order_under_their_safe_names():
    given = [uploaded("../accord.pdf", PDF), uploaded("liste.csv", CSV)]

    assert attachments.read_files(given) == (
        ReadFile(name="accord.pdf", media_type="application/pdf", content=PDF),
        ReadFile(name="liste.csv", media_type="text/csv", content=CSV),
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("vide.pdf", b"", "« vide.pdf » est vide : choisissez un autre fichier."),
        ("gros.txt", b"a" * (LARGEST + 1), "« gros.txt » est trop lourd : 10 Mo au plus par"),
        ("page.html", HTML, "« page.html » n’est pas d’un type accepté : PDF, PNG, JPEG"),
        ("page.pdf", HTML, "« page.pdf » n’est pas ce que dit son nom : enregistrez-le"),
        ("x.docx", docx(("word/vbaProject.bin", b"x")), "« x.docx » contient des macros"),
        ("x.docx", b"PK\x03\x04", "« x.docx » ne se lit pas : enregistrez-le de nouveau"),
    ],
)
def test_a_refusal_says_which_file_and_what_to_do(name, content, told):
    with pytest.raises(ValidationError) as refusal:
        attachments.read_files([uploaded("bon.png", PNG), uploaded(name, content)])

    assert len(refusal.value.messages) == 1
    assert refusal.value.messages[0].startswith(told)


def test_each_bad_file_is_told():
    with pytest.raises(ValidationError) as refusal:
        attachments.read_files([uploaded("a.html", HTML), uploaded("b.pdf", b"")])

    assert len(refusal.value.messages) == 2


def test_a_sixth_file_is_refused():
    with pytest.raises(ValidationError, match=r"6 fichiers : 5 au plus par message\."):
        attachments.read_files([uploaded("a.png", PNG)] * 6)


def test_the_field_takes_several_files_or_none():
    field = attachments.FilesField()
    posted = MultiValueDict({"files": [uploaded("a.png", PNG), uploaded("b.pdf", PDF)]})

    several = field.clean(field.widget.value_from_datadict({}, posted, "files"))
    none = field.clean(field.widget.value_from_datadict({}, MultiValueDict(), "files"))

    assert [file.name for file in several] == ["a.png", "b.pdf"]
    assert none == ()
    assert 'accept=".pdf,.png,' in field.widget.render("files", None)
    assert "multiple" in field.widget.render("files", None)


# Kept


def test_a_file_is_kept_with_its_message_and_named_without_its_content(desk, asked):
    with staff_context():
        file = join(asked, desk.people["alice"])

        assert (bytes(file.content), file.media_type, file.size) == (
            PDF,
            "application/pdf",
            len(PDF),
        )
        assert attachments.joined_to(asked, notes=True) == {
            file.message_id: [attachments.Joined(file.pk, LEAVES.name, len(PDF), is_picture=False)]
        }


def test_files_without_a_word_are_named(desk, asked):
    with staff_context():
        said = moves.say(asked, author=desk.people["alice"], body=" ", files=(LEAVES,))

        assert said.body == LEAVES.name
        assert moves.say(asked, author=desk.people["alice"], body=" ") is None


@pytest.mark.parametrize(("body", "shown"), [("Voici.", "Voici."), (LEAVES.name, "")])
def test_a_message_that_only_names_its_files_says_nothing_beside_them(body, shown):
    assert said_beside(body, [LEAVES]) == shown


def test_the_files_of_notes_are_staffs(desk, asked):
    with staff_context():
        note = join(asked, desk.people["lea"], from_staff=True, is_internal=True)

        assert attachments.joined_to(asked, notes=False) == {}
        assert list(attachments.joined_to(asked, notes=True)) == [note.message_id]


def test_a_kept_file_never_changes(desk, asked):
    with staff_context():
        file = join(asked, desk.people["alice"])
        for deed in (Attachment.objects.all().delete, lambda: Attachment.objects.update(name="x")):
            with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
                deed()

        assert Attachment.objects.get() == file


# Given


def test_a_file_is_saved_and_never_shown(desk, enter, asked):
    with staff_context():
        file = join(asked, desk.people["alice"])

    response = enter("alice").get(door(asked, file))

    assert (response.status_code, response.content) == (200, PDF)
    assert {
        name: response[name]
        for name in (
            "Content-Type",
            "Content-Disposition",
            "X-Content-Type-Options",
            "Content-Security-Policy",
            "Cache-Control",
        )
    } == {
        "Content-Type": "application/pdf",
        "Content-Disposition": (
            "attachment; filename*=utf-8''Accord%20%C2%AB%20sign%C3%A9%20%C2%BB.pdf"
        ),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 200), ("adam", 200), ("sam", 404), ("tara", 403), ("charlie", 404)],
)
def test_a_file_is_for_whoever_may_follow_the_request(desk, enter, asked, name, status):
    with staff_context():
        file = join(asked, desk.people["alice"])

    assert enter(name).get(door(asked, file)).status_code == status


def test_customers_never_get_the_file_of_a_note(desk, enter, asked):
    with staff_context():
        note = join(asked, desk.people["lea"], from_staff=True, is_internal=True)

    assert enter("alice").get(door(asked, note)).status_code == 404


def test_a_file_is_found_under_its_own_request_only(desk, enter, asked):
    with staff_context():
        file = join(asked, desk.people["alice"])
        other = moves.open_request(
            desk.ravel, on=asked.asked_on, kind="contact", requester=desk.people["alice"]
        )

    assert enter("alice").get(door(other, file)).status_code == 404
    assert enter("lea").get(desk_door(other, file)).status_code == 404


def desk_door(request: Request, file: Attachment) -> str:
    return reverse("admin:support_request_attachment", args=[request.pk, file.pk])


@pytest.mark.parametrize("name", ["lea", "victor", "magda", "remi"])
def test_staff_get_every_file_as_a_download(desk, enter, asked, name):
    with staff_context():
        note = join(asked, desk.people["lea"], from_staff=True, is_internal=True)

    response = enter(name).get(desk_door(asked, note))

    assert (response.status_code, response.content) == (200, PDF)
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
