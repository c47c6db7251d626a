"""Django's settings of the demo site. Everything that differs from place to place comes from ``DEMO_*``.

DEMO_DATA_DIR        where the database and the secret key are kept (default: .data)
DEMO_PROSA_URL       where Prosa's API is (default: http://localhost:8888)
DEMO_PROSA_KID       the id and
DEMO_PROSA_KEY       the secret with which service tokens are signed
DEMO_ALLOWED_HOSTS   further host names, separated by commas
"""

import os
from pathlib import Path

import django

from demo.keys import kept

BASE_DIR = Path(__file__).resolve().parent
DATA_DIR = Path(os.environ.get("DEMO_DATA_DIR", ".data")).absolute() / "demo"

SECRET_KEY = kept(DATA_DIR / "secret-key")
DEBUG = False
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "testserver",
    *filter(None, os.environ.get("DEMO_ALLOWED_HOSTS", "").split(",")),
]

PROSA_SITE_TOKEN = kept(DATA_DIR / "site-token")
PROSA_URL = os.environ.get("DEMO_PROSA_URL", "http://localhost:8888")
PROSA_KID = os.environ.get("DEMO_PROSA_KID", "demo")
PROSA_KEY = os.environ.get("DEMO_PROSA_KEY", "")
PROSA_ROOMS = "demo.market.rooms"

INSTALLED_APPS = [
    "demo.market",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "prosa_django",
]
MIDDLEWARE = [
    "prosa_django.middleware.WhoamiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "demo.urls"
WSGI_APPLICATION = "demo.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "site.sqlite3",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"timeout": 5}
        | (
            {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            }
            if django.VERSION >= (5, 1)
            else {}
        ),
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "/entrar/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
