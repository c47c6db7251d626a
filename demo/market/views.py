"""The pages of the marketplace, and the two things that can be done there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from demo.market.models import Conversa, Movimento, Necessidade, Orcamento
from demo.market.publishing import publish, rooms_of
from prosa_django import outbox

NOT_TOLD = "Mudança salva. O chat está fora do ar e será avisado assim que voltar."


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every need there is, newest first, and the way to one's conversations."""
    needs = Necessidade.objects.select_related("cliente").annotate(quotes=Count("orcamentos"))
    needs = needs.order_by("-criada_em")  # grouping drops the order of the model
    return render(request, "market/home.html", {"needs": needs})


@require_safe
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """One need; its quotes, conversations and steps for those whom they concern."""
    found = get_object_or_404(Necessidade.objects.select_related("cliente"), pk=pk)
    is_party = found.is_party(request.user)
    quotes = found.orcamentos.select_related("fornecedor", "conversa").order_by("valor")
    if not request.user.is_staff and request.user.pk != found.cliente_id:
        quotes = quotes.filter(fornecedor=request.user.pk)
    context = {
        "need": found,
        "is_party": is_party,
        "quotes": [(quote, quote.may_talk(request.user)) for quote in quotes],
        "quotes_count": found.orcamentos.count(),
        "untold": is_party and bool(outbox.pending(rooms_of(found))),
        "steps": found.movimentos.select_related("quem") if is_party else (),
    }
    return render(request, "market/need.html", context)


@require_POST
@login_required
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """The need stands at ``status``, and its conversations know. An unknown step is not taken."""
    with transaction.atomic():
        found = get_object_or_404(Necessidade.objects.select_for_update(), pk=pk)
        if not found.is_party(request.user):
            raise PermissionDenied
        status = request.POST.get("status", "")
        if status not in found.moves():
            if status != found.status:
                messages.error(request, "Este anúncio não pode ir para este status agora.")
        else:
            take_step(found, status, request)
    return redirect("need", pk)


def take_step(found: Necessidade, status: str, request: HttpRequest) -> None:
    """Inside a transaction: ``found`` stands at ``status``; after the commit Prosa is told, or later."""
    found.status = status
    found.save(update_fields=["status"])
    publish(Movimento.objects.create(necessidade=found, status=status, quem=request.user))
    transaction.on_commit(lambda: tell(found, request))


def tell(found: Necessidade, request: HttpRequest) -> None:
    """Prosa has heard what it did not know about ``found``, or the person sees that it has not."""
    heard = [outbox.told(chat_id) for chat_id in rooms_of(found)]
    if not all(heard):
        messages.warning(request, NOT_TOLD)


@require_POST
@login_required
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Prosa is asked again to hear what it has not heard yet."""
    found = get_object_or_404(Necessidade, pk=pk)
    if not found.is_party(request.user):
        raise PermissionDenied
    tell(found, request)
    return redirect("need", pk)


@require_POST
@login_required
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    """The conversation about a quote exists, in Prosa too, and opens."""
    quote = get_object_or_404(Orcamento.objects.select_related("necessidade"), pk=pk)
    if not quote.may_talk(request.user):
        raise PermissionDenied
    with transaction.atomic():
        conversa, _ = Conversa.objects.get_or_create(orcamento=quote, defaults={"criada_em": timezone.now()})
        outbox.sync_room(str(conversa.pk))
    if not outbox.told(str(conversa.pk)):
        messages.warning(request, "O chat está fora do ar. Tente abrir a conversa daqui a pouco.")
        return redirect("need", quote.necessidade_id)
    return HttpResponseRedirect(conversa.url)
