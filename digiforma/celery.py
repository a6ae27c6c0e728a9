"""The Celery application; beat's timetable stands in the settings."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digiforma.settings")

app = Celery("digiforma")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_an_unsafe_role(**_) -> None:
    """Check the database role before the first task; beat needs no database."""
    from digiforma.safe_role import start_safely  # noqa: PLC0415 - Django stands only now

    start_safely()
