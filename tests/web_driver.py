"""The local page as a browser without scripts uses it: reads the HTML, fills forms, and posts what a browser would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from bot.channels.web.channel import Web
from bot.dispatcher import Dispatcher
from bot.server import application
from tests.serving import Serving

VOID = frozenset({"input", "link", "meta", "br"})
INLINE = frozenset({"a", "b", "cite", "span", "strong", "label"})
UNSEEN = frozenset({"head", "script", "style"})


@dataclass
class Element:
    """One element of a page, with what stands in it."""

    tag: str
    attributes: Mapping[str, str]
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all in it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """All elements in it of this tag and with these attributes; `class_` stands for one of its classes."""
        name = attributes.pop("class_", "")
        return [
            each
            for each in self.walk()
            if tag in ("", each.tag)
            and (not name or name in each.attributes.get("class", "").split())
            and all(each.attributes.get(key) == value for key, value in attributes.items())
        ]

    def one(self, tag: str = "", **attributes: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag or 'any'} {attributes}"
        return found[0]

    @property
    def text(self) -> str:
        """What is seen of it, with one space between words."""
        return " ".join(_seen(self).split())


class _Reader(HTMLParser):
    """Builds the tree; whatever is not closed in order is a mistake."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute of <{tag}> stands twice"
        made = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        closed = self._open.pop()
        assert closed.tag == tag, f"</{tag}> where <{closed.tag}> is open"

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read(html: str) -> Element:
    """The tree of this HTML. Fails where elements are not closed in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader._open == [reader.root]
    return reader.root


def _seen(element: Element) -> str:
    if element.tag in UNSEEN or "hidden" in element.attributes:
        return ""
    inside = "".join(child if isinstance(child, str) else _seen(child) for child in element.children)
    return inside if element.tag in INLINE else f"\n{inside}\n"


class WebDriver:
    """A person at the local page, as staff or HR."""

    def __init__(self, door: Dispatcher, standing: str = "staff") -> None:
        self._serving = serve(door)
        self.url = self._serving.url
        self.status = 0
        self.html = ""
        self.page = Element("", {})
        self._send("GET", "/")
        if standing != "staff":
            start = self.page.one("button", name="press")
            self._post(self._form_of(start), start, {"standing": standing})

    def close(self) -> None:
        """Stops the server."""
        self._serving.close()

    def say(self, text: str) -> str:
        """Writes in the ask box and sends it."""
        return self._fill(lambda form: self._named(form, "form") == "ask", {"question": text})

    def press(self, label: str) -> str:
        """Presses the button with this label."""
        button = next((each for each in self._main.all("button", name="label") if each.text == label), None)
        assert button, f"no button {label!r} in: {self._main.text}"
        return self._post(self._form_of(button), button, {})

    def submit(self, label: str, values: Mapping[str, str]) -> str:
        """Fills the form whose button has this label, and sends it; what is not named stays as it is."""
        return self._fill(lambda form: form.one("button").text == label, values)

    @property
    def _main(self) -> Element:
        return self.page.one("main")

    @property
    def _shown(self) -> str:
        """The answer, without what was asked and without the ask box."""
        parts = [*self._main.all(class_="start"), *self._main.all(class_="exchange")]
        shown = [child for part in parts for child in part.children if isinstance(child, Element)]
        return " ".join(each.text for each in shown if each.attributes.get("class") != "done")

    def _fill(self, wanted: Callable[[Element], bool], values: Mapping[str, str]) -> str:
        form = next((each for each in self._main.all("form", class_="form") if wanted(each)), None)
        assert form, f"no such form in: {self._main.text}"
        return self._post(form, form.one("button"), {f"field-{name}": text for name, text in values.items()})

    def _form_of(self, button: Element) -> Element:
        return next(form for form in self.page.all("form") if any(each is button for each in form.walk()))

    def _named(self, form: Element, name: str) -> str:
        return next((each.attributes["value"] for each in form.all("input", name=name)), "")

    def _post(self, form: Element, button: Element, values: Mapping[str, str]) -> str:
        """Sends a form by this button, as a browser would: with what it holds and what was put into it."""
        sent, values = put(form, values)
        for control in [*form.all("textarea"), *form.all("input", type="radio")]:
            name = control.attributes["name"]
            assert sent.get(name, "") or "required" not in control.attributes, f"a browser would not send {name} empty"
            assert len(sent.get(name, "")) <= int(control.attributes.get("maxlength", 10**9))
        for name in values:
            offered = [each.attributes["value"] for each in form.all("input", type="radio", name=name)]
            assert form.all(name=name), f"there is no field {name}"
            assert not offered or sent[name] in offered
        if "name" in button.attributes:
            sent[button.attributes["name"]] = button.attributes["value"]
        assert form.attributes["method"] == "post"
        return self._send("POST", urlsplit(form.attributes["action"]).path, sent)

    def _send(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> str:
        headers = {"Sec-Fetch-Site": "same-origin" if fields else "none"}
        body = urlencode({name: text.replace("\n", "\r\n") for name, text in fields.items()}) if fields else None
        if body is not None:
            headers |= {"Origin": "null", "Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            self.status, self.html = answer.status, answer.read().decode()
        finally:
            connection.close()
        self.page = read(self.html)
        return self._shown


def put(form: Element, values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is sent once these values are put into the form, and the values by control: each box that is ticked has its own."""
    boxes = {each.attributes["name"] for each in form.all("input", type="checkbox")}
    several = {name: text for name, text in values.items() if any(box.startswith(f"{name}.") for box in boxes)}
    ticked = {f"{name}.{each}": "on" for name, text in several.items() for each in text.split(",")}
    assert ticked.keys() <= boxes, f"there is no such box among {boxes}"
    held = {name: text for name, text in _held(form).items() if name.partition(".")[0] not in several}
    chosen = {**{name: text for name, text in values.items() if name not in several}, **ticked}
    return {**held, **chosen}, chosen


def _held(form: Element) -> dict[str, str]:
    """What the form's controls hold before anybody touches them."""
    held = {}
    for each in form.walk():
        kind = each.attributes.get("type", "")
        if each.tag == "input" and (kind == "hidden" or "checked" in each.attributes):
            held[each.attributes["name"]] = each.attributes["value"]
        if each.tag == "select":
            chosen = [option for option in each.all("option") if "selected" in option.attributes]
            held[each.attributes["name"]] = chosen[0].attributes["value"] if chosen else ""
        if each.tag == "textarea":
            held[each.attributes["name"]] = "".join(map(str, each.children)).removeprefix("\n")
    return held


def serve(door: Dispatcher, port: int = 0) -> Serving:
    """The page over real HTTP on a free port of this machine, told that it is served on `port` (0: any)."""

    async def fine() -> None:
        """Nothing is checked."""

    return Serving(lambda: application([Web(door, port)], fine))
