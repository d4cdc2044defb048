"""What is read of messages: mentions, entities, HTML, and any JSON at all without an error that nobody expects."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.teams.arrival import BadActivity, Mention, read
from bot.channels.teams.wording import LONGEST, from_html, spoken, tidy
from tests.untraced import untraced

BOT = Mention("28:bot", "<at>Clausebot</at>")


@pytest.mark.parametrize(
    ("text", "mentions", "said"),
    [
        ("<at>Clausebot</at> can I?", (BOT,), "can I?"),
        ("<at>Clausebot</at>&nbsp;can&nbsp;I?", (BOT,), "can I?"),
        ("ask <at>Bob</at> or <at>Clausebot</at>", (BOT, Mention("29:bob", "<at>Bob</at>")), "ask Bob or"),
        ('<at id="0">Clausebot</at> hi', (Mention("28:bot", '<at id="0">Clausebot</at>'),), "hi"),
        ("<at>Clausebot</at> hi", (Mention("28:bot", ""),), "Clausebot hi"),
        ("a &lt;b&gt; &amp; c", (), "a <b> & c"),
        ("&lt;at&gt;x&lt;/at&gt;", (), "<at>x</at>"),
        ("one\r\n\r\n\r\n\r\ntwo\u00a0\u2003three", (), "one\n\ntwo three"),
        ("", (), ""),
    ],
)
def test_a_message_is_read_as_it_was_written(text: str, mentions: tuple[Mention, ...], said: str) -> None:
    """Without what Teams put around it."""
    assert spoken(text, mentions, "28:bot") == said


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<div>a <strong>b</strong>&nbsp;c &lt;d&gt;</div>", "a b c <d>"),
        ('<blockquote itemtype="x"><p>“said”</p></blockquote><p>mine</p>', "“\n‘said’\n”\n\nmine"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "“a\nb\n”\nc"),
        ("<script>alert(1)</script><style>p{}</style>seen", "seen"),
        ("</script></blockquote>plain & simple", "plain & simple"),
        ("<attachment id='1'></attachment>", ""),
        ("<![if x]>a<![endif]>b<![<c>", "ab"),
        ("<b>one</b> two &amp; three<spa", "one two & three"),
    ],
)
def test_html_is_read_as_text(markup: str, said: str) -> None:
    """What it quotes stands between quotation marks, and none within them ends it."""
    assert from_html(markup) == said


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=500))
def test_any_markup_is_read(markup: str) -> None:
    """Broken tags and entities give some text and no error."""
    assert "\u00a0" not in from_html(markup)


@pytest.mark.parametrize(
    "part",
    [
        *("<at>", "<at ", "<at>a", "</at>", "<a ", "<a b=", '<a b="', '<a b=">', "<a b='>", "<a >", "<a/", "<a\n/=>", "</a <>"),
        *("<!--", "<![", "<!", "<?", "</", "<", "&", "&#", " ", "\n", "<blockquote>"),
    ],
)
def test_what_is_read_of_a_message_takes_no_time(part: str) -> None:
    """However long it is, and however badly broken."""
    with untraced():
        start = time.thread_time()  # the machine may be busy with other things
        text = part * (500_000 // len(part))
        spoken(text, [Mention("28:bot", f"{part}{number}") for number in range(20_000)], "28:bot")
        assert len(from_html(text)) <= LONGEST * 2
        tidy(text)
        assert time.thread_time() - start < 0.5


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
names = [
    "type", "id", "name", "action", "text", "from", "recipient", "conversation", "channelData", "entities", "value",
    "serviceUrl", "channelId", "membersAdded", "membersRemoved", "aadObjectId", "tenantId", "tenant", "mentioned",
]  # fmt: skip
members = st.dictionaries(st.sampled_from(names), st.sampled_from(["message", "mention", "personal"]) | anything, max_size=8)


@settings(max_examples=300, deadline=None)
@given(anything | members | st.dictionaries(st.sampled_from(names), members | anything | st.lists(members), max_size=12))
def test_any_json_is_read_or_refused(body: object) -> None:
    """Never anything else, and every text that is read can be stored."""
    with contextlib.suppress(BadActivity):
        arrival = read(json.loads(json.dumps(body)))
        assert arrival.type
        assert arrival.service
        f"{arrival.text}{arrival.person}{arrival.conversation}".encode()
