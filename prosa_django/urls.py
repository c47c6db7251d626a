"""``path("prosa/", include("prosa_django.urls"))`` in the site's own list."""

from django.urls import path

from prosa_django.tokens import token

app_name = "prosa"
urlpatterns = [path("token/", token, name="token")]
