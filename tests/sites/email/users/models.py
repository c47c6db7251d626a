"""People without a user name."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models


class User(AbstractBaseUser):
    """Known by e-mail; the primary key is a UUID."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    nome = models.CharField(max_length=100, blank=True)

    USERNAME_FIELD = "email"

    def get_full_name(self) -> str:
        """The name, where one was given."""
        return str(self.nome)
