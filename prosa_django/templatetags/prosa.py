"""``{% load prosa %}`` and ``{% prosa_unread %}``: how many messages wait for whoever looks at the page."""

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

BADGE = (
    '<span class="prosa-unread" data-prosa-unread role="status" hidden></span>'
    '<script src="/prosa/badge.js" defer></script>'
)


@register.simple_tag
def prosa_unread() -> SafeString:
    """The badge: hidden until there is something to read. It costs the page no query; Prosa fills it in."""
    return mark_safe(BADGE)  # noqa: S308 - a constant
