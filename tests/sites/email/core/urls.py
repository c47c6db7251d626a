"""The login is a named view, in a namespace."""

from django.contrib.auth.views import LoginView
from django.urls import include, path

users = ([path("login/", LoginView.as_view(), name="login")], "users")
urlpatterns = [path("contas/", include(users))]
