"""The chat service itself; how the world reaches it is in ``handlers/``."""
