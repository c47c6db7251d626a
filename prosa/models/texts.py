"""Sentences for people that are kept as data: in Portuguese, translated where they are shown."""


def msgid(text: str) -> str:
    """``text`` as it is. ``make texts`` finds it by this name; ``Language.text`` translates it."""
    return text
