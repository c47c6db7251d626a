"""A public marketplace: PostgreSQL, people by e-mail, sessions of its own kind, TLS at the proxy.

What it has added for Prosa is at the end, and the first line of ``MIDDLEWARE``.
"""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "a marketplace of the tests, which keeps no secrets at all"
ALLOWED_HOSTS = ["market.example"]
ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "core",
    "users",
    "deals",
    "chat",
    "prosa_django",
]
MIDDLEWARE = [
    "prosa_django.middleware.WhoamiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.consent",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.contrib.auth.context_processors.auth"]},
    },
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["MARKET_POSTGRES"],
        "NAME": "postgres",
        "USER": "market",
        "ATOMIC_REQUESTS": True,
    },
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": BASE_DIR / "cache",
    },
}
AUTH_USER_MODEL = "users.User"
SESSION_ENGINE = "core.sessions"
SESSION_COOKIE_NAME = "indica_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
}
LOGIN_URL = "/contas/entrar/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PROSA_SITE_TOKEN = os.environ["PROSA_SITE_TOKEN"]
PROSA_URL = os.environ["PROSA_URL"]
PROSA_KID = "site"
PROSA_KEY = os.environ["PROSA_KEY"]
PROSA_ROOMS = "chat.rooms"
