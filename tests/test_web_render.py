"""The page's HTML: golden for each block, whole in its layout, and safe whatever the texts hold."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.render import POLICY, Done, Page, blocks, document, drawn
from bot.people import Standing
from bot.seals import sealing
from bot.tokens import Tokens
from bot.views import Button, Choice, Facts, Field, Form, Heading, Link, Quote, Text, View, filled, view
from tests.conftest import HERE
from tests.signing_door import PAGE, SIGN, SIGNING
from tests.web_driver import Element, read

GOLDEN = HERE / "golden" / "web"
ITEM = Quote("An item.", "416.8.5.d, Policy, version 1", "Lead-in:\n- with a bullet", "d.")
DRAFT = Form(
    "draft",
    "Check a draft",
    (Field("account", "Where?", choices=(Choice("official", "Here"), Choice("personal", "There"))), Field("draft", "The draft")),
    "Check",
)
PARTS = {
    "heading": Page(view(Heading("In force"))),
    "text": Page(view(Text("For example:\n\nOne line.\n- a bullet\n- another\nThe end."))),
    "quote": Page(view(Quote("Both of:\n- this; and\n- that.\nNot more.", "416.1 (PURPOSE), Policy, version 1"))),
    "quote_item": Page(view(ITEM)),
    "quote_cut": Page(view(Quote("The beginning of it", "416.2, Policy", cut=True), Button("Read 416.2", "read", "signed"))),
    "quote_only_bullets": Page(view(Quote("- one\n- two", "416.2", mark="b."))),
    "facts": Page(view(Facts((("Who", "City Clerk"), ("Reach", "not known yet"))))),
    "link": Page(view(Link("Official source", "https://example.org/?a=1&b=2"))),
    "link_elsewhere": Page(view(Link("Official source", "javascript:alert(1)"))),
    "buttons": Page(view(Button("Ask a person", "person", "signed"), Button("None of these", "other")), Standing.HR),
    "form": Page(view(Heading("Tell HR"), Form("f", "Tell HR", (Field("a", "Your question", "typed", 20),), "Send"))),
    "form_choices": Page(view(filled(DRAFT, {"account": "personal", "draft": "\nfirst line is empty"}))),
    "form_without_fields": Page(view(PAGE.forms[0])),
    "form_optional": Page(view(SIGN), "supervisor"),
    "form_wrong": Page(view(DRAFT), wrong={"account": "Please choose.", "draft": "Please write."}),
}
PAGES = {
    "page_home": Page(view(Heading("Start here"), Text("Welcome.")), home=True),
    "page_messages": Page(
        view(Heading("Start here")),
        home=True,
        messages=(view(Heading("Please sign"), Button("Read it", "open:sign", "signed")), view(Text("Older."))),
    ),
    "page_answer": Page(view(Text("Quoted:"), ITEM), Standing.HR, Done("You asked", "may I?\nand you?")),
    "page_form": Page(view(DRAFT), done=Done("You sent", pairs=(("Where?", "Here"), ("What?", "That")))),
    "page_wrong": Page(view(DRAFT), wrong={"draft": "Please write."}),
}


def golden(name: str) -> str:
    """What is expected, by the name of its file."""
    return (GOLDEN / f"{name}.html").read_text("utf-8")


@pytest.mark.parametrize("name", PARTS)
def test_block(name: str) -> None:
    """Each block as it is agreed."""
    assert blocks(PARTS[name], sealing(Tokens(b"test"))) + "\n" == golden(name)


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str) -> None:
    """Each kind of page as it is agreed, apart from style and script."""
    html = re.sub(r"(?s)(<style>|<script>).*?(</style>|</script>)", r"\1\2", document(PAGES[name]))
    assert html + "\n" == golden(name)


def test_every_golden_file_is_used() -> None:
    """None is left over."""
    assert {path.stem for path in GOLDEN.iterdir()} == {*PARTS, *PAGES}


def page_of(text: str) -> Page:
    """A page that shows a text wherever one can stand."""
    form = Form("f", text, (Field("a", text, text),), text)
    shown = View(
        (
            Heading(text),
            Text(text),
            Quote(text, text, text, text),
            Facts(((text, text),)),
            Link(text, f"https://example.org/{text}"),
            Button(text, text, text),
            form,
        )
    )
    return Page(shown, done=Done(text, text, ((text, text),)), wrong={"a": text})


def shape(element: Element) -> object:
    """Elements and names of attributes, without any text."""
    inside = [shape(each) for each in element.children if isinstance(each, Element)]
    return element.tag, sorted(element.attributes), inside


PLAIN = page_of("plain")
WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=80).map(lambda text: f"x{text}")
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "</textarea></title></style><svg onload=alert(1)>",
    "<!-- ",
    "&lt;b&gt; &amp;amp;",
    "{{ 7 * 7 }}{% raw %}",
    "<!channel> <@U123> `code` [a](javascript:alert(1))",
)


@pytest.mark.parametrize("text", ATTACKS)
def test_texts_never_become_markup(text: str) -> None:
    """Wherever they stand; and they come back as they were."""
    page = read(document(page_of(text)))
    assert shape(page) == shape(read(document(PLAIN)))
    form = page.one("main").one("form", class_="form", **{"aria-label": text})
    assert form.one("textarea").text == " ".join(text.split())
    assert page.one("button", name="label").attributes["value"] == text
    assert page.one("input", name="value").attributes["value"] == text
    assert page.one("blockquote").one("span").text == " ".join(text.split())
    assert page.one("p", class_="words").text == " ".join(text.split())


@given(WORDS)
def test_no_text_changes_the_page(text: str) -> None:
    """The elements and attributes are those of any other text."""
    assert shape(read(document(page_of(text)))) == shape(read(document(PLAIN)))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//example.org/", "https:", "http://[", "mailto:a@b.c", ""]
)
def test_only_web_addresses_become_links(url: str) -> None:
    """Anything else is shown as its label."""
    shown = blocks(Page(view(Link("Source", url))))
    assert "<a" not in shown
    assert "Source" in shown


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        (view(Quote("Text", "416.1 (A), Policy")), "Answer: 416.1 (A)"),
        (view(Quote("Text", "416.1, Policy"), Quote("Text", "416.1, Policy"), DRAFT), "Answer: 416.1"),
        (view(Quote("Text", "416.1, Policy"), Quote("Text", "416.2, Policy")), "Answer: 2 clauses"),
        (view(Heading("“what was asked”"), Text("None.")), "Answer"),
        (view(DRAFT), "Check a draft"),
    ],
)
def test_title(shown: View, title: str) -> None:
    """The window is called after what is shown, never after what was asked, since browsers keep titles."""
    assert read(document(Page(shown, done=Done("You asked", "what was asked")))).one("title").text == f"{title} · Clausebot"


def test_the_policy_allows_the_page_s_own_style_and_script_only() -> None:
    """By their digests; a changed file brings another digest."""
    page = document(PAGES["page_home"])
    for kind, tag in (("style-src", "style"), ("script-src", "script")):
        found = re.findall(rf"(?s)<{tag}>(.*?)</{tag}>", page)
        digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
        assert len(found) == 1
        assert f"{kind} 'sha256-{digest}';" in POLICY
    assert "unsafe" not in POLICY


def test_what_every_page_has() -> None:
    """Language, one first heading, one main part, a way past the header, and a word on what this page is."""
    for each in PAGES.values():
        page = read(document(each))
        assert page.one("html").attributes["lang"] == "en"
        assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header")) == 1
        assert page.one(class_="skip").attributes["href"] == f"#{page.one('main').attributes['id']}"
        assert "Local page for trying things out." in page.one("header").text


def test_every_input_has_its_label_and_every_pointer_its_aim() -> None:
    """Ids are unique, and what refers to one finds it."""
    for each in (*PAGES.values(), *PARTS.values()):
        page = read(document(each, sealing(Tokens(b"test"))))
        ids = [found.attributes["id"] for found in page.walk() if "id" in found.attributes]
        assert len(ids) == len(set(ids))
        inputs = [*page.all("textarea"), *page.all("input", type="radio")]
        assert {found.attributes["id"] for found in inputs} == {found.attributes["for"] for found in page.all("label")}
        for found in page.walk():
            pointers = [found.attributes.get(name, "") for name in ("aria-labelledby", "aria-describedby")]
            pointers += [found.attributes["href"][1:]] if found.attributes.get("href", "").startswith("#") else []
            assert set(filter(None, pointers)) <= set(ids)


def test_a_page_by_a_link_of_somebody_s_own() -> None:
    """Its forms go to the link; nobody chooses who they are, nothing is asked, and what is digested does not hold the link."""
    own = Page(SIGNING, action="/sign/zebrafinch")
    page = read(document(own, sealing(Tokens(b"test"))))
    assert {form.attributes["action"] for form in page.all("form")} == {"/sign/zebrafinch#answer"}
    assert "Local page" not in page.text
    assert page.all("form", **{"data-asks": ""}) == []
    assert drawn(own) == drawn(Page(SIGNING))


def test_the_ask_box_stands_on_every_page_once() -> None:
    """Also where the view brings it."""
    for each in (*PAGES.values(), Page(view(DRAFT), home=True)):
        assert len(read(document(each)).all("form", **{"data-asks": ""})) == 1
