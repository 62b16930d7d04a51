"""Text of several lines, as it is kept: with the line ends of every other text, whatever the browser sent."""

from typing import Any

from django import forms


class LinesField(forms.CharField):
    """Browsers send lines that end in CR LF; kept as LF, a text that nobody touched compares equal to itself."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")
