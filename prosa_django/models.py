"""What Prosa has not been told yet. It is kept here, so that it survives Prosa's being down, and ours."""

from django.db import models


class PendingRoom(models.Model):
    """A room that is not in Prosa as it is here; what it is like is asked when it is told, not before."""

    chat_id = models.CharField(primary_key=True, max_length=64)
    generation = models.BigIntegerField(default=1)
    """Grows with each change, so that one which comes while an earlier one is told is not taken for told."""
    since = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    last_error = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return str(self.chat_id)


class PendingMessage(models.Model):
    """The site's own words, to be said in the room after it has been told. Its room is pending, too."""

    chat_id = models.CharField(max_length=64, db_index=True)
    client_id = models.CharField(max_length=64)
    conteudo = models.TextField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["chat_id", "client_id"], name="prosa_once")]

    def __str__(self) -> str:
        return f"{self.chat_id}: {self.client_id}"
