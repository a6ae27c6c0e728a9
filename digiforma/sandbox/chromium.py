"""Find the browser of the tests, or install Debian's."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from digiforma.sandbox.processes import Unavailable

NAMES = (
    "chromium-headless-shell",  # without the windows of the others: half their cost
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
LOG = Path("/tmp/digiforma-chromium.log")
INSTALL = (
    "apt-get update -qq -o Acquire::Retries=3 && "
    "apt-get install -y -qq --no-install-recommends -o Acquire::Retries=3 chromium-headless-shell"
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def chromium() -> str:
    """Return the browser's path: CHROMIUM, else the first on the path. Raises Unavailable."""
    for name in filter(None, (os.environ.get("CHROMIUM"), *NAMES)):
        if found := shutil.which(name):
            return found
    raise Unavailable(
        "Chromium is missing: run `apt-get install chromium-headless-shell` as root, "
        "or set CHROMIUM to the path of a Chromium or Chrome."
    )


def install() -> None:
    """Install Debian's package. Raises Unavailable without root, apt-get or success."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        chromium()
    sys.stdout.write("Installing Chromium for the browser tests, once.\n")
    sys.stdout.flush()
    with LOG.open("w") as log:
        code = subprocess.call(
            INSTALL,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    if code:
        raise Unavailable(f"apt-get could not install Chromium; see {LOG}.")


if __name__ == "__main__":
    try:
        try:
            chromium()
        except Unavailable:
            install()
            chromium()
    except Unavailable as problem:
        sys.exit(str(problem))
