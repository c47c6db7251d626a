"""The demo site as a WSGI application, for a server of its own (``DJANGO_SETTINGS_MODULE`` is set)."""

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

application = StaticFilesHandler(get_wsgi_application())
