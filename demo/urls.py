"""Every URL of the demo site. ``/chat/`` and ``/ws/chat/`` are Prosa's."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from demo.market import views

urlpatterns = [
    path("", views.home, name="home"),
    path("entrar/", LoginView.as_view(), name="login"),
    path("sair/", LogoutView.as_view(), name="logout"),
    path("necessidades/<int:pk>/", views.need, name="need"),
    path("necessidades/<int:pk>/status/", views.move, name="move"),
    path("necessidades/<int:pk>/avisar/", views.remind, name="remind"),
    path("orcamentos/<int:pk>/conversa/", views.talk, name="talk"),
    path("admin/", admin.site.urls),
]
