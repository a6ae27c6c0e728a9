"""The Celery application; beat's timetable stands in the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digiforma.settings")

app = Celery("digiforma")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
