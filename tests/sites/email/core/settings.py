"""A site unlike the demo: people by e-mail, an app called ``chat``, sessions in cache and database."""

import os
from pathlib import Path

DATA_DIR = Path(os.environ["EMAIL_SITE_DIR"])
SECRET_KEY = "a site of the tests, which keeps no secrets at all"
ROOT_URLCONF = "core.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "users",
    "chat",
]
AUTH_USER_MODEL = "users.User"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "indica_session"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache",
    },
}
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "site.sqlite3"}}
LOGIN_URL = "users:login"
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = os.environ.get("EMAIL_SITE_USE_TZ", "1") == "1"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING = {
    "version": 1,
    "handlers": {"file": {"class": "logging.FileHandler", "filename": "/nowhere/at/all/site.log"}},
    "root": {"handlers": ["file"]},
}
