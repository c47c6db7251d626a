"""A turn at writing in a crowded room, which workers hand to each other."""


class Turn:
    """One worker's turn. ``top`` is a ``seq`` that a majority is known to hold, or ``None``.

    It comes with what the worker before had reached; whoever has the turn leaves in it what they reached,
    for the next one.
    """

    __slots__ = ("top",)

    def __init__(self, top: int | None) -> None:
        self.top = top
