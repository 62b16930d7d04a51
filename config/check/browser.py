"""A person at a browser without JavaScript: follows links, fills in forms, keeps cookies. Standard library alone."""

import html.parser
import http.client
import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field


class Unexpected(Exception):
    """A page was not as it had to be; the text says which, and what was missed."""


@dataclass
class Button:
    """A submit button: what it sends, the words on it, and where it goes if not where its form does."""

    name: str
    value: str
    words: str = ""
    action: str = ""


@dataclass
class Form:
    """A form as it stands on a page: where it goes, how, and what its fields hold."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    boxes: list[tuple[str, str]] = field(default_factory=list)
    """(name, value) of each box and radio button, ticked or not"""

    def has(self, name: str) -> bool:
        names = {found for found, _ in self.fields + self.boxes} | {button.name for button in self.buttons}
        return name in names

    def values(self, name: str) -> list[str]:
        return [value for found, value in self.fields if found == name]


@dataclass
class Page:
    """What came back: its address, its text without tags, its links and its forms."""

    url: str
    status: int
    source: str
    text: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    """What each text field of the page holds, inside a form or not"""
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """(value, words) of each option of a select, by the field's name"""

    def says(self, *words: str) -> "Page":
        """Return the page if all the words stand on it, else raise Unexpected."""
        for word in words:
            if word not in self.text:
                raise Unexpected(f"{self.url} ({self.status}) does not say “{word}”: {self.text[:600]}")
        return self

    def link(self, words: str = "", *, to: str = "") -> str:
        """Return the address of the first link with these words in its text and this in its address."""
        for address, text in self.links:
            if words in text and to in address:
                return address
        raise Unexpected(f"{self.url} ({self.status}) has no link “{words}” to “{to}”.")

    def form(self, *, to: str = "", with_field: str = "") -> Form:
        """Return the first POST form whose address ends in `to` and that has a field or button named `with_field`."""
        for form in self.forms:
            goes_there = urllib.parse.urlsplit(form.action).path.endswith(to)
            if form.method == "post" and goes_there and (not with_field or form.has(with_field)):
                return form
        raise Unexpected(f"{self.url} ({self.status}) has no form to “{to}” with “{with_field}”: {self.text[:600]}")


class Reader(html.parser.HTMLParser):
    """Reads a page's text, links and forms."""

    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.form: Form | None = None
        self.by_id: dict[str, Form] = {}
        self.words: list[str] = []
        self.capturing: list[list[str]] = []
        self.link: str | None = None
        self.select: tuple[str, Form | None, bool] | None = None
        self.chosen = False
        self.option: str | None = None
        self.button: tuple[Button, Form | None] | None = None
        self.area: str | None = None
        self.skip = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        target = self.by_id.get(given["form"]) if "form" in given else self.form
        if tag in ("script", "style", "template"):
            self.skip += 1
        elif tag == "a" and "href" in given:
            self.link = urllib.parse.urljoin(self.page.url, given["href"])
            self.capturing.append([])
        elif tag == "form":
            action = urllib.parse.urljoin(self.page.url, given.get("action") or self.page.url)
            self.form = Form(action, given.get("method", "get").lower())
            self.page.forms.append(self.form)
            if "id" in given:
                self.by_id[given["id"]] = self.form
        elif tag == "input":
            self._input(given, target)
        elif tag == "button":
            action = urllib.parse.urljoin(self.page.url, given["formaction"]) if "formaction" in given else ""
            self.button = (Button(given.get("name", ""), given.get("value", ""), action=action), target)
            self.capturing.append([])
        elif tag == "textarea":
            self.area = given.get("name", "")
            self.capturing.append([])
        elif tag == "select":
            self.select, self.chosen = (given.get("name", ""), target, "multiple" in given), False
        elif tag == "option" and self.select:
            self.option = given.get("value", "")
            self.capturing.append([])
            name, form, many = self.select
            if form and name and "disabled" not in given and ("selected" in given or not (self.chosen or many)):
                if self.chosen and not many:
                    form.fields = [pair for pair in form.fields if pair[0] != name]
                form.fields.append((name, self.option))
                self.chosen = True

    def _input(self, given: dict[str, str], target: Form | None) -> None:
        name, kind = given.get("name", ""), given.get("type", "text").lower()
        if kind in ("submit", "image"):
            if target:
                target.buttons.append(Button(name, given.get("value", ""), given.get("value", "")))
        elif kind in ("checkbox", "radio"):
            if target and "disabled" not in given:
                target.boxes.append((name, given.get("value", "on")))
                if "checked" in given:
                    target.fields.append((name, given.get("value", "on")))
        elif not name:
            self.page.inputs.append(given.get("value", ""))
        elif target and kind != "file" and "disabled" not in given:
            target.fields.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self.skip = max(self.skip - 1, 0)
        elif tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "a" and self.link is not None:
            self.page.links.append((self.link, self._caught()))
            self.link = None
        elif tag == "button" and self.button is not None:
            button, form = self.button
            button.words = self._caught()
            if form:
                form.buttons.append(button)
            self.button = None
        elif tag == "option" and self.option is not None:
            if self.select:
                self.page.choices.setdefault(self.select[0], []).append((self.option, self._caught()))
            self.option = None
        elif tag == "textarea" and self.area is not None:
            text = "".join(self.capturing.pop()).removeprefix("\n")
            if self.form and self.area:
                self.form.fields.append((self.area, text))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.skip:
            return
        self.words.append(data)
        for caught in self.capturing:
            caught.append(data)

    def _caught(self) -> str:
        return " ".join("".join(self.capturing.pop()).split()) if self.capturing else ""


class Browser:
    """One person's browser: its own cookies, no JavaScript."""

    def __init__(self) -> None:
        self.cookies = http.cookiejar.CookieJar()
        # No proxy: it talks to this machine alone.
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def open(self, address: str) -> Page:
        return self._fetch(urllib.request.Request(address))

    def submit(self, page: Page, form: Form, *, press: str = "", **answers: str | list[str]) -> Page:
        """Send a form with what it holds, changed by `answers` (a list gives several values of one field).

        press   words on the button to press; else the first one
        """
        fields = [(name, value) for name, value in form.fields if name not in answers]
        for name, value in answers.items():
            fields += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        pressed = next((button for button in form.buttons if press in button.words), None)
        if press and not pressed:
            raise Unexpected(f"{page.url} has no button “{press}”.")
        if pressed and pressed.name:
            fields.append((pressed.name, pressed.value))
        request = urllib.request.Request(
            (pressed and pressed.action) or form.action,
            data=urllib.parse.urlencode(fields).encode(),
            headers={"Referer": page.url, "Origin": "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(page.url))},
        )
        return self._fetch(request)

    def _fetch(self, request: urllib.request.Request) -> Page:
        try:
            with self.opener.open(request, timeout=30) as answer:
                return self._read(answer)
        except urllib.error.HTTPError as error:
            with error:
                return self._read(error)
        except (OSError, http.client.HTTPException) as error:
            raise Unexpected(f"{request.full_url} does not answer: {error}") from error

    def _read(self, answer: http.client.HTTPResponse | urllib.error.HTTPError) -> Page:
        page = Page(answer.url or "", answer.status or 0, answer.read().decode("utf-8", "replace"))
        reader = Reader(page)
        reader.feed(page.source)
        reader.close()
        page.text = " ".join("".join(reader.words).split())
        return page
