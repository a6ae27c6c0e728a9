"""Forget the embedded database, for `make demo-reset`; a real one is never touched."""

import os
import shutil
import sys

from digiforma.sandbox import services
from digiforma.sandbox.processes import Unavailable


def forget() -> None:
    """Remove the data of the embedded services and the mails beside it.

    Raises Unavailable when that is not ours to do, or when somebody uses them.
    """
    if os.environ.get("DATABASE_URL"):
        raise Unavailable("DATABASE_URL is set: only the embedded database is ever reset.")
    services.refuse_second_owner()
    for name in ("postgres", "valkey", "outbox"):
        shutil.rmtree(services.home() / name, ignore_errors=True)


if __name__ == "__main__":
    try:
        forget()
    except Unavailable as problem:
        sys.exit(str(problem))
