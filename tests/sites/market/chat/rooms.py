"""What a conversation is like, whenever Prosa is to be told."""

from collections.abc import Iterator
from typing import Any

from chat.models import ChatRoom


def describe(chat_id: str) -> dict[str, Any] | None:
    """The room as it is now; ``None`` where there is none."""
    room = ChatRoom.objects.filter(pk=chat_id).first()
    if room is None:
        return None
    can_write = room.necessidade.status in {"em_atendimento", "em_disputa"}
    return {
        "title": room.necessidade.title,
        "members": [
            {"user_id": str(user.pk), "name": user.get_full_name(), "role": role}
            for user, role in ((room.cliente, "cliente"), (room.fornecedor, "fornecedor"))
        ],
        "can_write": can_write,
        "reason": "" if can_write else "Este atendimento foi finalizado.",
        "context": {},
    }


def chat_ids() -> Iterator[str]:
    """Every room there is."""
    return map(str, ChatRoom.objects.values_list("pk", flat=True).iterator())
