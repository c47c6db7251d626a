"""People without a user name, whom the site finds in a way of its own."""

from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models


class Present(BaseUserManager):
    """Those who are active; makes people by their e-mail."""

    use_in_migrations = True

    def get_queryset(self) -> Any:
        """Who has been deactivated is not found by anybody."""
        return super().get_queryset().filter(is_active=True)

    def create_user(self, email: str, password: str, **more: Any) -> Any:
        """Somebody who can log in."""
        user = self.model(email=self.normalize_email(email), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractUser):
    """Known by e-mail."""

    username = None
    email = models.EmailField(unique=True)
    is_supplier = models.BooleanField(default=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ()

    objects = Present()

    def __str__(self) -> str:
        return str(self.email)


class Supplier(User):
    """Those who offer something, as the admin's pages list them."""

    class Meta:
        """No table of its own."""

        proxy = True
