"""The application for the web server."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from jantar.project.process import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jantar.project.settings")
application = get_wsgi_application()


def make_application() -> WSGIHandler:
    """The same for a process that `jantar web` started and that must not outlive it."""
    end_with_parent()
    return application
