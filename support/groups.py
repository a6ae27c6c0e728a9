"""The four groups of the staff. What each may do is the table of `workflow`; all may look."""

from django.contrib.auth.models import Group, Permission

from support.workflow import STAFF

LOOKED_AT = ("accounts", "learners", "subscriptions", "support", "options")


def load_groups() -> list[str]:
    """Create the groups and let them view every row of the desk; a second time changes nothing."""
    names = sorted(str(who) for who in STAFF)
    looks = Permission.objects.filter(
        content_type__app_label__in=LOOKED_AT, codename__startswith="view_"
    )
    for name in names:
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set(looks)
    return names
