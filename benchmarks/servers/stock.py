"""sockjs-tornado as it comes: ``conn.broadcast`` to the members of a room."""

import asyncio
import itertools
import json
import sys
from collections import defaultdict

import sockjs.tornado
import tornado.web

from benchmarks.servers.shape import entry, messages, store

rooms: dict[str, set] = defaultdict(set)
numbers = itertools.count(1)
collection = None


class Chat(sockjs.tornado.SockJSConnection):
    """Says and hears."""

    room = ""

    def on_message(self, raw: str) -> None:
        """``join`` or ``say``."""
        data = json.loads(raw)
        if data["event"] == "join":
            self.room = data["room"]
            rooms[self.room].add(self)
            self.send(json.dumps({"event": "joined"}))
        else:
            asyncio.ensure_future(self.say(data))  # noqa: RUF006 - as its users write it

    async def say(self, data: dict) -> None:
        """Store, tell, acknowledge."""
        message = entry(self.room, data["conteudo"], data["client_id"], next(numbers))
        await store(collection, message)
        self.broadcast(rooms[self.room], json.dumps({"event": "new_message", "data": message}))
        self.send(json.dumps({"event": "ack", "ack": data["ack"]}))

    def on_close(self) -> None:
        """Out of the room."""
        rooms[self.room].discard(self)


async def main() -> None:
    """Serve until killed."""
    global collection
    collection = messages()
    router = sockjs.tornado.SockJSRouter(Chat, "/chat", {"verify_ip": False})
    tornado.web.Application(router.urls).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
