"""Something in a worker's place that answers on its port, until a signal makes it spin or stand still.

``python -m tests.deploy.stub``: SIGUSR1 and it spins for ever, SIGUSR2 and it waits for what never comes.
"""

import os
import signal
import socket
import threading


def spin(*_: object) -> None:
    """Work, and get nowhere."""
    while True:
        pass


def wait(*_: object) -> None:
    """Stand still."""
    threading.Event().wait()


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, spin)
    signal.signal(signal.SIGUSR2, wait)
    with socket.create_server(("127.0.0.1", int(os.environ["PROSA_PORT"]))) as listener:
        while True:
            with listener.accept()[0] as line:
                line.recv(1000)
                line.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
