"""The chat that Prosa replaces: its rooms go on being made here, its messages are history."""

from deals.models import Need
from django.conf import settings
from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver

from prosa_django.outbox import sync_room


class ChatRoom(models.Model):
    """A conversation, as the site registers it."""

    necessidade = models.ForeignKey(Need, models.CASCADE)
    cliente = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    fornecedor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    criado_em = models.DateTimeField(auto_now_add=True)
    ativo = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"Sala {self.pk}"


class ChatMessage(models.Model):
    """What was said in it."""

    chat_room = models.ForeignKey(ChatRoom, models.CASCADE, related_name="mensagens")
    remetente = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    conteudo = models.TextField()
    data_envio = models.DateTimeField()
    lida = models.BooleanField(default=False)
    editada = models.BooleanField(default=False)
    data_edicao = models.DateTimeField(null=True)
    arquivo_anexo = models.FileField(upload_to="chat_anexos/%Y/%m/%d", null=True, blank=True)
    tipo_arquivo = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.chat_room}: {self.pk}"


@receiver(post_save, sender=ChatRoom)
def room_changed(instance: ChatRoom, **_: object) -> None:
    """Prosa hears of it."""
    sync_room(str(instance.pk))


@receiver(post_save, sender=Need)
def need_changed(instance: Need, **_: object) -> None:
    """Prosa hears of every conversation about it."""
    for pk in ChatRoom.objects.filter(necessidade=instance).values_list("pk", flat=True):
        sync_room(str(pk))
