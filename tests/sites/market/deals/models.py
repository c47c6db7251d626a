"""What people need done, and who does it."""

from django.conf import settings
from django.db import models


class Need(models.Model):
    """Something that somebody needs done."""

    client = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="needs")
    title = models.CharField(max_length=100)
    status = models.CharField(max_length=40, default="em_atendimento")

    def __str__(self) -> str:
        return str(self.title)
