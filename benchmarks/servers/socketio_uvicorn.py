"""python-socketio on uvicorn: what the chat that Prosa replaces was made of."""

import itertools
import sys

import socketio
import uvicorn

from benchmarks.servers.shape import entry, messages, store

server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*", ping_interval=600)
numbers = itertools.count(1)
collection = None


@server.on("join")
async def join(sid: str, room: str) -> str:
    """Into the room."""
    await server.save_session(sid, {"room": room})
    await server.enter_room(sid, room)
    return "joined"


@server.on("say")
async def say(sid: str, data: dict) -> str:
    """Store, tell, acknowledge."""
    global collection
    if collection is None:
        collection = messages()
    room = (await server.get_session(sid))["room"]
    message = entry(room, data["conteudo"], data["client_id"], next(numbers))
    await store(collection, message)
    await server.emit("new_message", message, room=room)
    return "stored"


uvicorn.run(
    socketio.ASGIApp(server), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", ws=sys.argv[2],
    ws_ping_interval=None,
)  # fmt: skip
