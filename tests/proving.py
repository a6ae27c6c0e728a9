"""How many examples a property is tried on: few by default, many when it is to be proved."""

import os


def examples(normal: int, proved: int) -> int:
    """Return `proved` when the environment says PROVE=1, else `normal`."""
    return proved if os.environ.get("PROVE") == "1" else normal
