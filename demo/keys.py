"""Secrets that the demo makes for itself on its first start and keeps."""

import os
import secrets
from pathlib import Path


def kept(path: Path) -> str:
    """The secret in the file ``path``, made with mode 0600 if there is none yet. Safe between processes."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(unfinished, path)  # whole or not at all; whoever is second keeps the first one's
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    return path.read_text(encoding="ascii")
