"""Facts of one subscription as the pure rules take them."""

from tests.subscriptions.pure_lives import Life


def again(life: Life) -> Life:
    """Return a life that begins like this one."""
    return Life(life.listed, life.opened_on, life.commitment)
