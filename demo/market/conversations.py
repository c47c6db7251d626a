"""What the people of the demo have said to each other before Prosa came: the past that is imported."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from demo.market.models import Conversa

CLIENT, SUPPLIER = "c", "f"

_BATHROOM = (
    (3, "09:12", SUPPLIER, "Bom dia, Ana! Aqui é da Reforma Já. Vi seu anúncio da reforma do banheiro."),
    (3, "09:20", CLIENT, "Bom dia! Que bom. O banheiro tem 4,5 m² e o piso está soltando perto do box."),
    (3, "09:24", SUPPLIER, "Entendi. A infiltração já apareceu no teto do vizinho de baixo?"),
    (3, "09:31", CLIENT, "Apareceu uma mancha pequena, sim. Por isso queria resolver logo."),
    (
        3,
        "09:40",
        SUPPLIER,
        (
            "Então o certo é refazer a impermeabilização antes do piso novo.\n"
            "Enviei o orçamento de R$ 4.850,00 com material e mão de obra."
        ),
    ),
    (3, "10:05", CLIENT, "Recebi. O porcelanato está incluído?"),
    (3, "10:11", SUPPLIER, "Está, até R$ 79,90 o m². Acima disso a gente acerta só a diferença."),
    (3, "18:47", CLIENT, "Conversei aqui em casa e vamos fechar. Quando vocês podem começar?"),
    (2, "08:02", SUPPLIER, "Ótima notícia! Começamos hoje às 9h, tudo bem? Vão o Marcos e o Davi."),
    (2, "08:06", CLIENT, "Pode ser. Já avisei a portaria, é só mostrar o documento."),
    (2, "12:33", SUPPLIER, "Retiramos o piso. A tubulação do ralo está trincada, precisa trocar um trecho."),
    (2, "12:41", CLIENT, "Nossa, ainda bem que viram. Muda o valor?"),
    (2, "12:44", SUPPLIER, "Não muda, é uma peça só. Fica por nossa conta 🙂"),
    (2, "17:58", SUPPLIER, "Primeira demão da manta aplicada. Precisa secar 12 horas, não deixem molhar."),
    (2, "18:20", CLIENT, "Combinado, vamos usar o outro banheiro."),
    (1, "09:15", SUPPLIER, "Segunda demão pronta e teste de água feito: nenhum vazamento."),
    (1, "09:27", CLIENT, "Que alívio! E o porcelanato, já dá para escolher?"),
    (
        1,
        "09:35",
        SUPPLIER,
        "Dá sim. Separei três na loja da Rua das Flores: Cimento Claro, Areia e Mármore Carrara.",
    ),
    (1, "11:50", CLIENT, "Fui lá agora. Ficamos com o Areia, 60 x 60. Deixei pago no balcão."),
    (1, "12:02", SUPPLIER, "Perfeito, escolha bonita! Retiramos amanhã cedo e começamos o assentamento."),
)
_FACADE = (
    (24, "14:02", SUPPLIER, "Boa tarde, Ana! A Pinturas Oliveira pode visitar a fachada na quinta?"),
    (24, "14:30", CLIENT, "Pode, depois das 15h tem alguém em casa."),
    (20, "16:45", SUPPLIER, "Visita feita. São 86 m², com lavagem, selador e duas demãos de tinta acrílica."),
    (20, "17:10", CLIENT, "Fechado. A cor é a Palha, a mesma do muro."),
    (13, "08:20", SUPPLIER, "Andaime montado. Se não chover, terminamos em quatro dias."),
    (10, "10:12", CLIENT, "Ficou linda! Só falta o canto perto do portão."),
    (9, "16:30", SUPPLIER, "Canto retocado e tudo limpo. Obrigado pela confiança!"),
    (9, "18:05", CLIENT, "Eu que agradeço. Serviço finalizado, vou recomendar vocês. ⭐"),
)
_OFFICE = (
    (2, "10:00", CLIENT, "Olá! Precisamos pintar nosso escritório antes da mudança, no dia 15."),
    (2, "10:18", SUPPLIER, "Olá, pessoal! Dá tempo. São quantas salas?"),
    (2, "10:21", CLIENT, "Três salas e o corredor, umas 140 m² de parede."),
    (
        1,
        "09:03",
        SUPPLIER,
        "Orçamento enviado. Conseguimos fazer em um fim de semana para não atrapalhar vocês.",
    ),
    (1, "09:30", CLIENT, "Perfeito. Começamos no sábado, então."),
)

_PASTS = {1: _BATHROOM, 2: _FACADE, 3: _OFFICE}


def past_of(conversa: Conversa) -> list[dict[str, Any]]:
    """The past of one of the first three conversations, oldest first, as the import wants it.

    The same on every call: the days count back from the day on which the conversation was registered.
    """
    quote = conversa.orcamento
    authors = {CLIENT: quote.necessidade.cliente_id, SUPPLIER: quote.fornecedor_id}
    zone = timezone.get_default_timezone()
    today = conversa.criada_em.astimezone(zone).date()
    return [
        {
            "conteudo": conteudo,
            "remetente_id": str(authors[author]),
            "client_id": str(uuid5(NAMESPACE_URL, f"demo:conversa:{conversa.pk}:{number}")),
            "sent_at": datetime.combine(
                today - timedelta(days=days_ago), time.fromisoformat(clock), zone
            ).isoformat(),
        }
        for number, (days_ago, clock, author, conteudo) in enumerate(_PASTS.get(conversa.pk, ()))
    ]
