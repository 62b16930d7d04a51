"""Reads a drawn roadmap and its table back from their HTML, so that a test can hold one against the other."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Drawn(HTMLParser):
    """What the drawing or the table says: lane -> {key: (first day, last day)}, and the marks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lanes: dict[str, dict[str, tuple[str, str]]] = {}
        self.marks: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self._lane = self._key = self._mark = ""
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if "data-lane" in facts:
            self._lane = facts["data-lane"]
            self.lanes.setdefault(self._lane, {})
        if "data-mark" in facts:
            self._mark = facts["data-mark"]
        if "data-feature" in facts:
            self._key = facts["data-feature"]
            assert self._key not in self.lanes[self._lane], "drawn twice"
            self.lanes[self._lane][self._key] = (facts.get("data-starts", ""), facts.get("data-ends", ""))
        if tag == "time" and self._mark:
            self.marks[self._mark] = facts["datetime"]
        elif tag == "time":
            starts, _ = self.lanes[self._lane][self._key]
            self.lanes[self._lane][self._key] = (starts, facts["datetime"]) if starts else (facts["datetime"], "")
        self._in_title = tag == "title"

    def handle_data(self, data):
        if self._in_title and self._key and not self._mark:
            self.titles[self._key] = data
        elif self._in_title and self._mark:
            self.marks.setdefault(self._mark, data)

    def handle_endtag(self, tag):
        self._in_title = False


def drawing_in(html: str) -> Drawn:
    drawing = html.split('<div class="timeline', 1)[1].split("</svg>\n</div>", 1)[0].split('class="timeline-paper"')[0]
    return Drawn(drawing[: drawing.rindex("</svg>")])


def table_in(html: str) -> Drawn:
    return Drawn(re.search(r"<table.*</table>", html, re.S)[0])
