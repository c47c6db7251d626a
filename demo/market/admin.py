"""The staff's side of the marketplace. Whatever is saved here reaches Prosa too."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from demo.market.models import Conversa, Movimento, Necessidade, Orcamento
from demo.market.publishing import rooms_of
from demo.market.views import take_step, tell
from prosa_django import outbox


class QuoteInline(admin.TabularInline):
    """The quotes, where the need is."""

    model = Orcamento
    extra = 0


@admin.register(Necessidade)
class NeedAdmin(admin.ModelAdmin):
    """A need and its quotes; a changed status is a step as on the need's own page."""

    list_display = ["titulo", "cliente", "status", "criada_em"]
    list_filter = ["status"]
    inlines = [QuoteInline]

    def save_model(self, request: HttpRequest, obj: Necessidade, form: Any, change: bool) -> None:
        """Saved, and after the commit told."""
        super().save_model(request, obj, form, change)
        if change and "status" in form.changed_data:
            take_step(obj, obj.status, request)
        else:
            for chat_id in rooms_of(obj):
                outbox.sync_room(chat_id)
            transaction.on_commit(lambda: tell(obj, request))


@admin.register(Conversa)
class ConversationAdmin(admin.ModelAdmin):
    """The register of conversations; the messages are in Prosa."""

    list_display = ["pk", "orcamento", "criada_em"]


@admin.register(Movimento)
class StepAdmin(admin.ModelAdmin):
    """The steps, newest last."""

    list_display = ["necessidade", "status", "quem", "quando"]
