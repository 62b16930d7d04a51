"""Turns what people write, in Markdown, into HTML that is safe to show: no HTML of theirs, no images, no scripts."""

from functools import cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe

TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
HEADINGS_BELOW = 2
"""A text stands below a page's h1 and a section's h2, so that its own headings begin at h3."""


def as_html(text: str) -> SafeString:
    """Return Markdown as safe HTML; line breaks are kept, headings begin at h3, links go out without a referrer."""
    # Imported late: a page without such text does not pay for the parser, nor do the workers.
    import nh3

    clean = nh3.clean(
        _parser().render(text),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308  nh3 has just made it so


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"]).disable("image")
    parser.core.ruler.push("lower_headings", _lower_headings)
    return parser


def _lower_headings(state: Any) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + HEADINGS_BELOW, 6)}"
