"""Django Channels with its in-memory layer on uvicorn, faster here than daphne."""

import itertools
import json
import sys

import django
import uvicorn
from django.conf import settings

settings.configure(
    CHANNEL_LAYERS={
        "default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 10000}}
    }
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402

from benchmarks.servers.shape import entry, messages, store  # noqa: E402

numbers = itertools.count(1)
collection = None


class Chat(AsyncWebsocketConsumer):
    """Says and hears."""

    room = ""

    async def receive(self, text_data: str = "", bytes_data: bytes = b"") -> None:  # noqa: ARG002
        """``join`` or ``say``."""
        global collection
        if collection is None:
            collection = messages()
        data = json.loads(text_data)
        if data["event"] == "join":
            self.room = data["room"]
            await self.channel_layer.group_add(self.room, self.channel_name)
            await self.send(json.dumps({"event": "joined"}))
            return
        message = entry(self.room, data["conteudo"], data["client_id"], next(numbers))
        await store(collection, message)
        text = json.dumps({"event": "new_message", "data": message})
        await self.channel_layer.group_send(self.room, {"type": "told", "text": text})
        await self.send(json.dumps({"event": "ack", "ack": data["ack"]}))

    async def told(self, event: dict) -> None:
        """Somebody said something."""
        await self.send(event["text"])

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        """Out of the room."""
        await self.channel_layer.group_discard(self.room, self.channel_name)


consumer = Chat.as_asgi()


async def application(scope, receive, send) -> None:
    """WebSockets alone."""
    if scope["type"] == "websocket":
        await consumer(scope, receive, send)


uvicorn.run(
    application,
    host="127.0.0.1",
    port=int(sys.argv[1]),
    log_level="warning",
    lifespan="off",
    ws_ping_interval=None,
)
