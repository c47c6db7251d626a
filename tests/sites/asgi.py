"""The demo site as an asynchronous server runs it."""

from django.core.asgi import get_asgi_application

application = get_asgi_application()
