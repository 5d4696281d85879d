"""Settings of the tests: the project's, with the library the engine is tested on and a quick password hash."""

from jantar.project.settings import *  # noqa: F403
from jantar.project.settings import INSTALLED_APPS as PROJECT_APPS
from jantar.project.settings import STATIC_ROOT
from jantar.project.settings import STORAGES as PROJECT_STORAGES

INSTALLED_APPS = [*PROJECT_APPS, "jantar.engine.testing.fake"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**PROJECT_STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
