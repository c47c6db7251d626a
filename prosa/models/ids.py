"""The ids, each its own type, so that one cannot be passed where another is meant."""

import re
from typing import NewType

ChatId = NewType("ChatId", str)
"""A room's public id, chosen by the site: 1-64 of ``A-Z a-z 0-9 _ -``."""

UserId = NewType("UserId", str)
"""A person's primary key on the site, as a string. Opaque. Empty: the site itself."""

ClientId = NewType("ClientId", str)
"""The name an author gives a message before the first try; 1-64 printable ASCII characters."""

Epoch = NewType("Epoch", str)
"""A random id of one incarnation of a room."""

AttachmentId = NewType("AttachmentId", str)
"""A file that is stored, and may be sent: 32 hexadecimal digits."""

UploadId = NewType("UploadId", str)
"""A file on its way in, and once it is in, its attachment: 32 hexadecimal digits."""

ATTACHMENT_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
RESERVED = frozenset({"api", "buscar"})
"""What a page or the API has below ``/chat/`` is no room's id: nobody would find such a room."""
CHAT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
CLIENT_ID = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)

SITE = UserId("")
"""Author of ``system`` entries: nobody's own, so unread for everybody."""
