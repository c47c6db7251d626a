"""What a conversation is like, whenever Prosa is to be told: ``PROSA_ROOMS``."""

from collections.abc import Iterator
from typing import Any

from demo.market.models import Conversa
from demo.market.status import read_only_reason


def describe(chat_id: str) -> dict[str, Any] | None:
    """The room of the conversation ``chat_id``, as it is now; ``None`` where there is none."""
    if not chat_id.isdecimal():
        return None
    found = Conversa.objects.select_related("orcamento__fornecedor", "orcamento__necessidade__cliente")
    conversa = found.filter(pk=chat_id).first()
    return None if conversa is None else room_of(conversa)


def chat_ids() -> Iterator[str]:
    """Every conversation, the oldest first."""
    return map(str, Conversa.objects.order_by("pk").values_list("pk", flat=True).iterator())


def room_of(conversa: Conversa) -> dict[str, Any]:
    """The whole of what Prosa is told of a conversation."""
    quote = conversa.orcamento
    need = quote.necessidade
    reason = read_only_reason(need.status)
    card = {
        "Anúncio": {"text": need.titulo, "url": f"/necessidades/{need.pk}/"},
        "Orçamento": quote.valor_em_reais,
        "Prazo": quote.prazo,
        "Status": need.get_status_display(),
        "Cidade": need.cidade,
        "Observações": quote.observacoes,
    }
    return {
        "title": need.titulo,
        "members": [
            {"user_id": str(user.pk), "name": user.get_full_name() or user.get_username(), "role": role}
            for user, role in ((need.cliente, "cliente"), (quote.fornecedor, "fornecedor"))
        ],
        "can_write": not reason,
        "reason": reason,
        "context": {label: value for label, value in card.items() if value},
    }
