"""The main job, end to end, as the people who do it see it, in a real browser."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.roles import Role
from accounts.tenancy import staff_context
from learners import tasks as learners_tasks
from learners.selectors import count_on
from subscriptions import renewal_run
from subscriptions.models import Invoice, Subscription
from tests import world

pytestmark = pytest.mark.browser

FILE = Path(__file__).resolve().parent.parent / "data" / "inscriptions-ravel.csv"


def ravel_and_its_support() -> None:
    """Alice owns Ravel on ÉQUIPE since ten days, Adam administers; Léa cares, Victor sells."""
    call_command("load_staff_groups", verbosity=0)
    with staff_context():
        world.put_on_sale()
        ravel = world.organization()
        world.subscribed(ravel, on=timezone.localdate() - timedelta(days=10))
        world.member(ravel, "Adam", Role.ADMINISTRATOR)
        for name, group in (("Lea", "customer_care"), ("Victor", "sales_team")):
            world.staff(name, group)


@pytest.fixture
def signed_in(live_site, new_page):
    """Return a page of the site, signed in as the person of this first name."""

    def enter(first_name: str):
        page = new_page()
        page.goto(f"{live_site.url}/connexion/")
        page.get_by_label("Adresse e-mail").fill(f"{first_name.lower()}@exemple.fr")
        page.get_by_label("Mot de passe").fill(world.PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_load_state()
        return page

    return enter


def follow(page, name: str | re.Pattern) -> None:
    page.get_by_role("link", name=name).first.click()
    page.wait_for_load_state()


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def figure(page) -> int:
    """Return the learners that the page counts."""
    return int(re.sub(r"\D", "", page.locator(".usage__figure b").inner_text()))


@pytest.mark.seeded(by=ravel_and_its_support)
def test_the_main_job_from_the_file_to_the_invoice(live_site, signed_in, screenshots):
    alice = signed_in("Alice")
    assert figure(alice) == 0

    the_file_goes_in_and_is_counted(alice, live_site.url, screenshots)
    invoice = the_owner_subscribes(alice, screenshots)
    the_administrator_tells_support(signed_in("Adam"), screenshots)
    with staff_context():
        assert Invoice.objects.latest("pk") == invoice
    the_owner_asks_for_a_larger_plan(alice, live_site.url, screenshots)
    lea = signed_in("Lea")
    support_quotes_it(lea, live_site.url, screenshots)
    the_owner_accepts(alice, live_site.url, screenshots)
    sales_apply_it(lea, signed_in("Victor"), screenshots)
    alice.goto(f"{live_site.url}/compte/abonnement/")
    screenshots(alice, "story-11-orga")
    assert alice.locator(".plan h2").first.inner_text() == "ORGA"
    the_night_renews_once(alice)


def the_file_goes_in_and_is_counted(alice, site: str, screenshots) -> None:
    follow(alice, "Imports")
    alice.locator("input[type=file]").set_input_files(FILE)
    press(alice, "Continuer")
    press(alice, "Vérifier sans importer")
    alice.get_by_role("button", name="Importer 1").click()
    alice.wait_for_load_state()
    learners_tasks.work_imports()
    alice.get_by_role("heading", name="Import terminé").wait_for()
    screenshots(alice, "story-2-imported")
    learners_tasks.recount_learners()

    alice.goto(f"{site}/compte/abonnement/")

    with staff_context():
        ravel = Subscription.objects.get().organization
        assert figure(alice) == count_on(ravel, on=timezone.localdate()) > 0


def the_owner_subscribes(alice, screenshots) -> Invoice:
    """The exact amount is shown first, and is what is invoiced."""
    row = alice.locator(".option", has_text="Signature électronique")
    row.get_by_role("link", name="Souscrire").click()
    dialog = alice.locator("dialog[open]")
    shown = dialog.locator(".quote__total dd").inner_text()
    screenshots(alice, "story-3-dialog")
    dialog.get_by_role("button", name="Souscrire, 25,00").click()
    alice.wait_for_load_state()

    with staff_context():
        invoice = Invoice.objects.latest("pk")
    assert f"{invoice.net_cents / 100:.2f}".replace(".", ",") in shown
    assert invoice.number in alice.content()
    return invoice


def the_administrator_tells_support(adam, screenshots) -> None:
    row = adam.locator(".option", has_text="Modules SCORM")
    row.get_by_role("link", name="Signaler mon intérêt").click()
    press(adam, "Transmettre au support")
    screenshots(adam, "story-4-interest")

    with staff_context():
        assert OutgoingMail.objects.filter(recipient=settings.SUPPORT_EMAIL).exists()


def the_owner_asks_for_a_larger_plan(alice, site: str, screenshots) -> None:
    alice.goto(f"{site}/compte/abonnement/formules/")
    screenshots(alice, "story-5-plans")
    alice.goto(f"{site}/compte/abonnement/formules/orga/demander/")
    alice.get_by_label("Maintenant").check()
    press(alice, "Envoyer ma demande")
    screenshots(alice, "story-6-asked")


def support_quotes_it(lea, site: str, screenshots) -> None:
    lea.goto(f"{site}/admin/support/request/")
    screenshots(lea, "story-7-queue")
    follow(lea, re.compile("ORGA"))
    for deed in ("Chiffrer", "Envoyer le devis"):
        follow(lea, deed)
        press(lea, deed)
    screenshots(lea, "story-8-quoted")


def the_owner_accepts(alice, site: str, screenshots) -> None:
    alice.goto(f"{site}/compte/abonnement/")
    screenshots(alice, "story-9-quote-to-accept")
    follow(alice, "Voir le devis")
    press(alice, "Accepter le devis")


def sales_apply_it(lea, victor, screenshots) -> None:
    lea.reload()
    follow(lea, "Transmettre aux ventes")
    press(lea, "Transmettre aux ventes")
    victor.goto(lea.url)
    follow(victor, "Appliquer")
    press(victor, "Appliquer")
    screenshots(victor, "story-10-applied")


def the_night_renews_once(alice) -> None:
    with staff_context():
        echeance = Subscription.objects.get().renews_on
    for _night in range(3):
        renewal_run.run(on=echeance)

    alice.reload()

    with staff_context():
        renewal = Invoice.objects.get(issued_on=echeance)
    assert renewal.net_cents == 23900 + 2500
    assert renewal.number in alice.content()
