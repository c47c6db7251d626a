"""The pages of the marketplace."""

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework_simplejwt.views import TokenObtainPairView


def home(request: HttpRequest) -> HttpResponse:
    """Says who is there."""
    return HttpResponse(f"Olá, {request.user}")


urlpatterns = [
    path("", home),
    path("consentimento/", home),
    path("contas/entrar/", LoginView.as_view()),
    path("contas/sair/", LogoutView.as_view()),
    path("api/token/", TokenObtainPairView.as_view()),
]
