"""The site's own chat: an app of a name that we must not take."""

from django.conf import settings
from django.db import models


class ChatRoom(models.Model):
    """A conversation, as the site registers it."""

    cliente = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)

    def __str__(self) -> str:
        return f"Sala {self.pk}"
