"""The life of a need, and what it means for the conversation about it."""

from typing import Any

from django.db.models import TextChoices


class Status(TextChoices):
    """Where a need stands; the names that the site has always used."""

    ATIVO = "ativo", "Ativo"
    ANALISANDO_ORCAMENTOS = "analisando_orcamentos", "Analisando orçamentos"
    AGUARDANDO_CONFIRMACAO = "aguardando_confirmacao", "Aguardando confirmação"
    EM_ATENDIMENTO = "em_atendimento", "Em atendimento"
    EM_DISPUTA = "em_disputa", "Em disputa"
    FINALIZADO = "finalizado", "Finalizado"
    CANCELADO = "cancelado", "Cancelado"


NEXT: dict[Any, dict[Any, str]] = {
    Status.ATIVO: {Status.ANALISANDO_ORCAMENTOS: "Analisar orçamentos", Status.CANCELADO: "Cancelar"},
    Status.ANALISANDO_ORCAMENTOS: {
        Status.AGUARDANDO_CONFIRMACAO: "Escolher e pedir confirmação",
        Status.CANCELADO: "Cancelar",
    },
    Status.AGUARDANDO_CONFIRMACAO: {
        Status.EM_ATENDIMENTO: "Iniciar o atendimento",
        Status.CANCELADO: "Cancelar",
    },
    Status.EM_ATENDIMENTO: {Status.FINALIZADO: "Finalizar", Status.EM_DISPUTA: "Abrir disputa"},
    Status.EM_DISPUTA: {
        Status.EM_ATENDIMENTO: "Encerrar a disputa",
        Status.FINALIZADO: "Finalizar",
        Status.CANCELADO: "Cancelar",
    },
    Status.FINALIZADO: {Status.EM_ATENDIMENTO: "Reabrir o atendimento"},
    Status.CANCELADO: {Status.ATIVO: "Publicar de novo"},
}
"""From each status: where a need can go, and what the button says."""

_REASONS: dict[Any, str] = {
    Status.ATIVO: "A conversa abre para mensagens quando o atendimento começar.",
    Status.ANALISANDO_ORCAMENTOS: "Os orçamentos ainda estão em análise."
    " A conversa abre quando o atendimento começar.",
    Status.AGUARDANDO_CONFIRMACAO: "O atendimento ainda não foi confirmado."
    " A conversa abre quando ele começar.",
    Status.FINALIZADO: "Este atendimento foi finalizado. O histórico continua disponível para consulta.",
    Status.CANCELADO: "Este anúncio foi cancelado. O histórico continua disponível para consulta.",
}


def read_only_reason(status: str) -> str:
    """Why nobody may write while a need stands at ``status``; empty where people may."""
    return _REASONS.get(status, "")
