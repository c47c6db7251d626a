"""What the marketplace keeps. Messages are not here: they are Prosa's."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models

from demo.market.status import NEXT, Status


class Necessidade(models.Model):
    """Something that somebody needs done."""

    cliente = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="necessidades")
    titulo = models.CharField("título", max_length=120)
    descricao = models.TextField("descrição")
    cidade = models.CharField(max_length=80)
    status = models.CharField(max_length=30, choices=Status.choices, default=Status.ATIVO)
    criada_em = models.DateTimeField()

    class Meta:
        ordering = ["-criada_em"]

    def __str__(self) -> str:
        return str(self.titulo)

    def is_party(self, user: Any) -> bool:
        """Whether ``user`` needs it, has quoted for it, or keeps order here."""
        if not user.is_authenticated:
            return False
        if user.is_staff or user.pk == self.cliente_id:
            return True
        return bool(self.orcamentos.filter(fornecedor=user).exists())

    def moves(self) -> dict[str, str]:
        """Where it can go from here: status to the word on the button."""
        return NEXT[self.status]


class Orcamento(models.Model):
    """What a supplier asks for meeting a need. One a supplier."""

    necessidade = models.ForeignKey(Necessidade, models.CASCADE, related_name="orcamentos")
    fornecedor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orcamentos")
    valor = models.DecimalField(max_digits=10, decimal_places=2)
    prazo = models.CharField(max_length=60)
    observacoes = models.CharField("observações", max_length=300, blank=True)

    class Meta:
        verbose_name = "orçamento"
        constraints = [
            models.UniqueConstraint(fields=["necessidade", "fornecedor"], name="um_por_fornecedor"),
        ]

    def __str__(self) -> str:
        return f"{self.necessidade} – {self.fornecedor.get_full_name()}"

    @property
    def valor_em_reais(self) -> str:
        """As Brazilians write it: ``R$ 4.850,00``."""
        english = f"{Decimal(self.valor):,.2f}"
        return "R$ " + english.translate(str.maketrans(",.", ".,"))

    def may_talk(self, user: Any) -> bool:
        """Whether ``user`` is one of the two whom the conversation about it belongs to."""
        return user.pk in (self.fornecedor_id, self.necessidade.cliente_id)


class Conversa(models.Model):
    """The register of conversations: the primary key is the room's ``chat_id`` in Prosa."""

    orcamento = models.OneToOneField(Orcamento, models.CASCADE, related_name="conversa")
    criada_em = models.DateTimeField()

    def __str__(self) -> str:
        return f"Conversa {self.pk}"

    @property
    def url(self) -> str:
        """Prosa's page of the room, on this same host."""
        return f"/chat/{self.pk}/websocket/"


class Movimento(models.Model):
    """A step in a need's life."""

    necessidade = models.ForeignKey(Necessidade, models.CASCADE, related_name="movimentos")
    status = models.CharField(max_length=30, choices=Status.choices)
    quem = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    quando = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.necessidade}: {self.get_status_display()}"
