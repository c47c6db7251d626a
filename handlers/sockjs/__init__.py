"""The hardened SockJS server: sockjs-tornado's own classes, subclassed where they cannot be trusted.

Nothing is forked and nothing is patched, so Tornado and sockjs-tornado are pinned. Private names of
theirs are used in ``output.py``, ``server.py`` and the transports, each with its reason. What the
application sees is ``server.py``, ``connection.py`` and ``payload.py``; nothing here knows what is
being talked about.
"""
