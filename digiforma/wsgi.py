"""The web entry, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from digiforma.safe_role import start_safely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digiforma.settings")

application = get_wsgi_application()
start_safely()
