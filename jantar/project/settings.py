"""Django settings. Every environment variable of Jantar is read here and nowhere else."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from jantar.project.environment import bucket
from jantar.project.logs import logging_config

ROOT = Path(__file__).resolve().parents[1]
DATA_DIR = Path(os.environ.get("JANTAR_DATA_DIR", Path.cwd() / ".jantar"))
DEBUG = os.environ.get("JANTAR_DEBUG", "") == "1"


def _secret_key() -> str:
    """The key from the environment, or one made once and kept beside the data."""
    if key := os.environ.get("JANTAR_SECRET_KEY"):
        return key
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=".secret_key-", dir=path.parent)  # for its owner only
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with suppress(FileExistsError):  # of several processes the first gives the key, and gives it whole
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text().strip()


def database_from_url(url: str) -> dict[str, object]:
    """Django's database settings from postgresql://user:password@host:port/name?option=value."""
    parts = urlsplit(url)
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Nothing may be tied to one server session: PgBouncer in transaction mode must work.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "ATOMIC_REQUESTS": True,
        "CONN_HEALTH_CHECKS": True,  # after a restart of the server nobody gets a dead connection
        "OPTIONS": {**options, "pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
    }


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get("JANTAR_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("JANTAR_ORIGINS", "").split(",") if o]

# Where people open Jantar: what links in mails begin with.
ADDRESS = (os.environ.get("JANTAR_ADDRESS") or next(iter(CSRF_TRUSTED_ORIGINS), "http://localhost:8000")).rstrip("/")
DATABASES = {"default": database_from_url(os.environ.get("DATABASE_URL", "postgresql://jantar@127.0.0.1/jantar"))}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_cotton",
    "django_htmx",
    "procrastinate.contrib.django",
    "jantar.ui",
    "jantar.platform.jobs",
    "jantar.platform.files",
    "jantar.platform.mail",
    "jantar.platform.outgoing",
    "jantar.platform.accounts",
    "jantar.platform.settings",
    "jantar.engine.fields",
    "jantar.engine.permissions",
    "jantar.engine.history",
    "jantar.engine.records",
    "jantar.engine.transfer",
    "jantar.engine.search",
    "jantar.engine.timeline",
    "jantar.engine.duplicates",
    "jantar.engine.following",
    "jantar.engine.quality",
    "jantar.engine.pages",
    "jantar.engine.api",
    "jantar.engine.webhooks",
    "jantar.modules.contacts",
    "jantar.modules.communications",
    "jantar.modules.sales",
    "jantar.engine.lists",
    "jantar.engine.documents",  # behind the types of the modules in navigation, search and rights
    "jantar.project",
]

MIDDLEWARE = [
    "jantar.project.middleware.RequestIdMiddleware",
    "jantar.project.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jantar.platform.accounts.middleware.PreferencesMiddleware",
    "jantar.platform.accounts.middleware.SignInRequiredMiddleware",
    "jantar.engine.permissions.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jantar.ui.csp.ContentSecurityPolicyMiddleware",
    "jantar.engine.pages.prefetching.PrefetchMiddleware",
    "jantar.engine.pages.dialog_pages.DialogPagesMiddleware",
    "jantar.engine.pages.record.as_of.AsOfMiddleware",
    "jantar.engine.pages.errors.ErrorsMiddleware",
    "jantar.engine.pages.settings.switching.SwitchedOffMiddleware",
    "jantar.engine.api.limits.RequestLimitMiddleware",
]

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Drawn parts of the shell. Their keys name all they depend on, so that each process may keep its own.
    "shell": {
        "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}",
        "LOCATION": "shell",
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None
JOB_THREADS = int(os.environ.get("JANTAR_JOB_THREADS", "2"))
JOBS_LISTEN = os.environ.get("JANTAR_JOBS_LISTEN", "1") == "1"
WEB_WORKERS = int(os.environ.get("JANTAR_WEB_WORKERS", min(os.cpu_count() or 1, 4)))
WEB_THREADS = int(os.environ.get("JANTAR_WEB_THREADS", "4"))
LOGGING = logging_config(os.environ.get("JANTAR_LOG_FORMAT", ""), os.environ.get("JANTAR_LOG_LEVEL", "INFO"))

ROOT_URLCONF = "jantar.project.urls"
WSGI_APPLICATION = "jantar.project.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "jantar.engine.pages.errors.csrf_failure"
# Addresses that check by themselves who calls (tokens), or that everybody may ask.
SELF_GUARDED = ("/api/", "/healthz", "/readyz")
# How many proxies stand in front; only then is X-Forwarded-For believed.
PROXIES = int(os.environ.get("JANTAR_PROXIES", "0"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "jantar.ui.context.shell",
            ],
        },
    }
]

LANGUAGE_CODE = "en"
#: What a new installation speaks: its roles, its pipeline, the demo company.
COMPANY_LANGUAGE = os.environ.get("JANTAR_LANGUAGE") or "en"
LANGUAGES = [
    ("en", _("English")),
    ("cs", _("Czech")),
    ("hu", _("Hungarian")),
    ("pl", _("Polish")),
    ("sk", _("Slovak")),
]
LOCALE_PATHS = [ROOT / "kit" / "locale"]  # the packages that are apps have theirs found
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
FILE_STORAGES: dict[str, Any] = {
    "local": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # Uploads hold personal data: other users of the machine have no business in them.
        "OPTIONS": {
            "location": DATA_DIR / "files",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}
if os.environ.get("JANTAR_S3_BUCKET"):
    FILE_STORAGES["s3"] = bucket(os.environ)
FILE_STORAGE = os.environ.get("JANTAR_STORAGE") or "local"
STORAGES: dict[str, Any] = {
    "default": FILE_STORAGES.get(FILE_STORAGE, FILE_STORAGES["local"]),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = DEBUG
# Names with a hash of their content, from the static storage (.hash.) or from the bundler (-hash.).
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z]{8,12}\.[a-z0-9]+$"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_COOKIES = os.environ.get("JANTAR_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a sheet with 2,000 columns is mapped in one form

# The largest file that can be attached, in MB.
FILE_MAX_MB = int(os.environ.get("JANTAR_FILE_MAX_MB", "100"))

# Networks within which webhooks may be sent beside the public internet, such as 10.1.0.0/16.
OUTGOING_NETWORKS = [network for network in os.environ.get("JANTAR_OUTGOING_NETWORKS", "").split(",") if network]

# Requests that one API token may send in a minute to one process; 0 is no limit.
API_REQUESTS_PER_MINUTE = int(os.environ.get("JANTAR_API_REQUESTS_PER_MINUTE", "1200"))

EMAIL_BACKEND = os.environ.get("JANTAR_MAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = os.environ.get("JANTAR_MAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("JANTAR_MAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("JANTAR_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("JANTAR_MAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("JANTAR_MAIL_TLS", "") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("JANTAR_MAIL_FROM", "jantar@localhost")
