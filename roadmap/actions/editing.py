"""What goes wrong when two people edit one thing."""


class EditConflict(Exception):
    """Someone else has saved since the form was opened; nothing was written."""
