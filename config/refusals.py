"""Knows the one way in which a start is refused: one sentence that says what to do, and exit status 1."""


class CannotStartError(Exception):
    """A start that must not go on; its text is the sentence that the operator reads."""
