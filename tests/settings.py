"""Settings of the tests: the project's, with the library the engine is tested on and a quick password hash."""

from jantar.project.settings import *  # noqa: F403
from jantar.project.settings import INSTALLED_APPS as PROJECT_APPS

INSTALLED_APPS = [*PROJECT_APPS, "jantar.engine.testing.fake"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
