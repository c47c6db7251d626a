"""What the demo site begins with: four people, five needs, their quotes, three conversations."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from demo.market.models import Conversa, Necessidade, Orcamento
from demo.market.status import Status

PASSWORD = "prosa-demo"  # noqa: S105 - printed for whoever tries the demo

_PEOPLE = {
    "cliente": ("Ana", "Souza"),
    "reforma": ("Reforma", "Já"),
    "pintura": ("Pinturas", "Oliveira"),
    "equipe": ("Beatriz", "Santos"),
}

USERNAMES = tuple(_PEOPLE)

_NEEDS = (
    {
        "cliente": "cliente",
        "titulo": "Reforma do banheiro",
        "descricao": "Banheiro de 4,5 m² com infiltração perto do box. Refazer a impermeabilização, trocar"
        " piso e revestimento, e reinstalar as louças. Apartamento no 3º andar, com elevador de serviço.",
        "cidade": "Campinas, SP",
        "status": Status.EM_ATENDIMENTO,
        "days_ago": 5,
        "quotes": (("reforma", "4850.00", "12 dias úteis", "Material e mão de obra incluídos.", True),),
    },
    {
        "cliente": "cliente",
        "titulo": "Pintura da fachada",
        "descricao": "Fachada de casa térrea, cerca de 86 m²."
        " Lavar, selar e pintar com tinta acrílica na cor Palha.",
        "cidade": "Campinas, SP",
        "status": Status.FINALIZADO,
        "days_ago": 26,
        "quotes": (("pintura", "3200.00", "5 dias úteis", "Andaime por nossa conta.", True),),
    },
    {
        "cliente": "reforma",
        "titulo": "Pintura do escritório",
        "descricao": "Três salas e um corredor, 140 m² de parede, antes da nossa mudança.",
        "cidade": "Valinhos, SP",
        "status": Status.EM_ATENDIMENTO,
        "days_ago": 4,
        "quotes": (("pintura", "2980.00", "um fim de semana", "Tinta sem cheiro.", True),),
    },
    {
        "cliente": "cliente",
        "titulo": "Instalação de ar-condicionado",
        "descricao": "Dois aparelhos split de 9.000 BTU, um no quarto e outro na sala."
        " Ponto elétrico já existe.",
        "cidade": "Campinas, SP",
        "status": Status.ANALISANDO_ORCAMENTOS,
        "days_ago": 2,
        "quotes": (("reforma", "1340.00", "2 dias úteis", "Suportes incluídos.", False),),
    },
    {
        "cliente": "cliente",
        "titulo": "Conserto de vazamento na cozinha",
        "descricao": "A torneira da pia pinga e o armário embaixo está úmido.",
        "cidade": "Campinas, SP",
        "status": Status.ATIVO,
        "days_ago": 1,
        "quotes": (),
    },
)


def sow() -> None:
    """The demo's people and needs exist. A site that has people already is left as it is."""
    if get_user_model().objects.exists():
        return
    with transaction.atomic():
        people = _people()
        for shape in _NEEDS:
            _need(shape, people)


def _people() -> dict[str, Any]:
    users = get_user_model().objects
    password = make_password(PASSWORD)  # once: it takes its time on purpose
    return {
        username: users.create(
            username=username,
            first_name=first_name,
            last_name=last_name,
            password=password,
            is_staff=username == "equipe",
            is_superuser=username == "equipe",
        )
        for username, (first_name, last_name) in _PEOPLE.items()
    }


def _need(shape: dict[str, Any], people: dict[str, Any]) -> None:
    now = timezone.now()
    need = Necessidade.objects.create(
        cliente=people[shape["cliente"]],
        titulo=shape["titulo"],
        descricao=shape["descricao"],
        cidade=shape["cidade"],
        status=shape["status"],
        criada_em=now - timedelta(days=shape["days_ago"]),
    )
    for supplier, valor, prazo, observacoes, is_talking in shape["quotes"]:
        quote = Orcamento.objects.create(
            necessidade=need,
            fornecedor=people[supplier],
            valor=valor,
            prazo=prazo,
            observacoes=observacoes,
        )
        if is_talking:
            Conversa.objects.create(orcamento=quote, criada_em=now)
