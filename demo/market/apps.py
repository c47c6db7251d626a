"""The marketplace as Django sees it."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    """Named, so that the admin shows it in Portuguese."""

    name = "demo.market"
    verbose_name = "Anúncios"
