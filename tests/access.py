"""What breaks a rule of access in a page of Chromium, and what does not fit its screen."""

from axe_playwright_python.sync_playwright import Axe


def faults(tab) -> list:
    """Return what axe finds, and by how much the page is wider than the screen if it is."""
    broken = Axe().run(tab).response["violations"]
    wider = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [
        *((rule["id"], node["html"]) for rule in broken for node in rule["nodes"]),
        *([wider] if wider > 0 else []),
    ]


def wrongs(tab) -> list:
    """Return all that is wrong with a page just visited: its answer, its console, its faults."""
    return [*([tab.status] if tab.status != 200 else []), *tab.said, *faults(tab)]


def unfold(tab) -> None:
    """Open all that is folded."""
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
