"""B8: a report is one file that loads nothing, and no value of an export or an org is anything on it but text."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfpush.display.console import safe
from sfpush.display.html_report.page import LONGEST_VALUE, ROWS_SHOWN, Page, value_text, write_page
from sfpush.display.html_report.plan_page import Listing, listing_of, plan_page
from sfpush.display.html_report.words import org_link
from sfpush.model import AnyChange, Block, Create, Delete, FieldChange, Merge, Rule, SalesforceId, Skip, Update
from sfpush.planning.gates import Gate
from sfpush.store.plans import PlanHead

ONE, TWO = SalesforceId("003000000000001"), SalesforceId("003000000000002")
VOID = ("meta", "input", "link", "br", "img", "hr")
ATTRIBUTES = {
    "html": {"lang"},
    "meta": {"charset", "http-equiv", "content", "name"},
    "a": {"class", "href", "target", "rel", "title"},
    "section": {"class", "id", "aria-label"},
    "article": {"data-action", "data-object", "data-rule"},
    "div": {"class", "id", "role", "aria-label", "tabindex"},
    "form": {"id", "role", "hidden"},
    "input": {"type", "name", "autocomplete", "spellcheck", "placeholder"},
    "select": {"name"},
    "option": {"value"},
    "button": {"type"},
    "th": {"scope", "class"},
    "p": {"class", "id", "role", "data-more"},
    "span": {"class", "title"},
}
HOSTILE = (
    '"><script>alert(1)</script>',
    "</script><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07link",
    "a\u202egnp.exe\u2066\u200e",
    "\x00\x08\ud800\ufeff",
    "]]><!-- -->",
    "two\nlines\r\nthree",
)


class Seen(HTMLParser):
    """A page as a browser sees it: elements with their attributes, and text by element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[tuple[str, list[str]]] = []
        self.texts: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, []))
            self.texts.append(self.open[-1])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag, "the page is not well-formed"

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1][1].append(data)

    def of(self, tag: str) -> list[str]:
        return ["".join(parts) for found, parts in self.texts if found == tag]

    def count(self) -> Counter[str]:
        return Counter(tag for tag, _ in self.elements)


def page_of(changes: list[AnyChange], **facts: object) -> Page:
    summary: dict[str, int] = {}
    for change in changes:
        summary[change.action] = summary.get(change.action, 0) + 1
    known = {
        "summary": {"contact": summary},
        "instance_url": "https://acme.my.salesforce.com",
        "remaining_calls": 14_990,
        **facts,
    }
    head = PlanHead(1, "p1", "2026-11-24T10:12:00.000Z", org_id="00D000000000001AAA", mode="automatic", **known)  # type: ignore[arg-type]
    return plan_page(
        head,
        listing_of(iter(changes)),
        written_at="2026-11-24T10:13:00.000Z",
        settings={"contacts.stages": ["</style><script>"]},
        closing="To carry it out: sfpush sync",
        all_of=lambda sobject: f"sfpush plan --object {sobject} --csv FILE",
    )


def written(page: Page) -> str:
    file = io.StringIO()
    write_page(page, file)
    return file.getvalue()


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


def create(name: str = "Ann Lee", **facts: object) -> Create:
    known = {"record": "contact:1", "sobject": "Contact", "rule": Rule.NEW, "reason": "New contact.", **facts}
    return Create(name=name, **known)  # type: ignore[arg-type]


def update(before: object, after: object) -> Update:
    fields = (FieldChange("Title", before, after),)
    return Update(
        record="contact:b",
        name="Bob",
        sobject="Contact",
        salesforce_id=ONE,
        rule=Rule.CHANGED,
        reason="",
        fields=fields,
    )


PLAIN = seen(written(page_of([create(), update("CTO", "CEO")]))).count()


@given(st.text() | st.sampled_from(HOSTILE))
def test_no_value_is_anything_but_text_on_the_page(value: str) -> None:
    changes: list[AnyChange] = [
        create(value, record=f"contact:{value}", reason=value, fields=(FieldChange(value, None, value),)),
        update(value, [value, {value: value}]),
    ]
    gates, warnings = (Gate("setup-window", value),), (value,)
    html = written(page_of(changes, gates=gates, warnings=warnings, instance_url=value))
    page = seen(html)
    for tag, attributes in page.elements:
        assert set(attributes) <= ATTRIBUTES.get(tag, {"class"}), (tag, attributes)
        assert attributes.get("href", "#") is not None
        assert (attributes.get("href") or "#").startswith(
            ("#", "https://", "http://127.", "http://localhost", "http://[")
        )
    assert page.count()["script"] == page.count()["style"] == 1
    assert set(page.count()) <= set(PLAIN) | {"details", "summary", "strong"}
    assert not any(letter in html for letter in "\x1b\x00\x07\u202e\u2066\u200e\ufeff\u2028")
    html.encode()
    shown = "\n".join(map(safe, value.splitlines())) if "\n" in value else safe(value)
    assert shown in page.of("bdi") or not shown
    assert (shown.strip() or f"contact:{shown}".strip()) in [name.strip() for name in page.of("bdi")]


def test_what_was_read_is_what_was_there() -> None:
    page = seen(written(page_of([update("Müller & Söhne <b>", 'O\'Neil "the" 3 > 2'), update("a\nb", "محمد")])))
    assert {"Müller & Söhne <b>", 'O\'Neil "the" 3 > 2', "a\nb", "محمد"} <= set(page.of("bdi"))


def test_it_loads_nothing_and_its_policy_allows_only_its_own_style_and_script() -> None:
    html = written(page_of([create()]))
    page = seen(html)
    (policy,) = [one["content"] for tag, one in page.elements if tag == "meta" and "http-equiv" in one]
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
        assert not re.search(r"https?://|url\(|@import|innerHTML|eval\(", text)
    assert not [one for _, one in page.elements if {"src", "srcset", "style", "action"} & set(one)]


def test_everything_is_there_without_a_script() -> None:
    block = Block(
        record="contact:m", name="Max", sobject="Contact", rule=Rule.AMBIGUOUS_MATCH, reason="Two have this e-mail.",
        candidates=(ONE, TWO),
    )  # fmt: skip
    merge = Merge(
        record="contact:o", name="Old", sobject="Contact", rule=Rule.MERGED_IN_SALESFORCE, reason="Merged.",
        needs=("contact:n",),
    )  # fmt: skip
    delete = Delete(
        record="contact:d", name="Di", sobject="Contact", rule=Rule.DELETED_IN_APOLLO, reason="Gone.",
        salesforce_id=TWO, fields=(FieldChange("LastName", "Day", None),),
    )  # fmt: skip
    skip = Skip(record="contact:s", name="Sy", sobject="Contact", rule=Rule.STAGE, reason="Stage Cold.")
    changes: list[AnyChange] = [
        create(fields=(FieldChange("AccountId", None, "account:77"),), needs=("account:77",)),
        update("CTO", None), block, merge, delete, skip,
    ]  # fmt: skip
    page = seen(written(page_of(changes, gates=(Gate("setup-window", "Held until six."),), warnings=("Look out.",))))
    hidden = [tag for tag, attributes in page.elements if "hidden" in attributes]
    assert hidden == ["form"], "what needs the script is hidden until it runs; all else is there"
    assert [text.strip() for text in page.of("h3")] == [
        "To be deleted", "To be merged", "Blocked", "To be created", "To be updated", "Skipped by the settings",
    ]  # fmt: skip
    text = "".join(part for _, parts in page.texts for part in parts)
    for said in ("Held until six.", "Look out.", "Two have this e-mail.", "ambiguous-match", "account:77", "Day"):
        assert said in text
    links = {one["href"] for tag, one in page.elements if tag == "a" and "target" in one}
    assert links == {f"https://acme.my.salesforce.com/{one}" for one in (ONE, TWO)}
    assert all(one["rel"] == "noopener noreferrer" for tag, one in page.elements if tag == "a" and "target" in one)


def test_the_summary_leads_to_its_groups() -> None:
    page = seen(written(page_of([create(), update("a", "b")])))
    ids = {one["id"] for tag, one in page.elements if tag == "section" and "id" in one}
    leads = {(one["href"] or "").removeprefix("#") for tag, one in page.elements if tag == "a" and "class" not in one}
    assert {"create-Contact", "update-Contact"} <= ids
    assert {one for one in leads if not one.startswith("https:")} <= ids


@pytest.mark.parametrize(
    ("instance", "url"),
    [
        ("https://acme.my.salesforce.com", f"https://acme.my.salesforce.com/{ONE}"),
        ("http://127.0.0.1:8181", f"http://127.0.0.1:8181/{ONE}"),
        ("http://acme.example", ""),
        ("javascript:alert(1)//", ""),
        ("https://user:word@acme.example", ""),
        ("", ""),
    ],
)
def test_only_https_and_this_machine_are_linked_to(instance: str, url: str) -> None:
    link = org_link(instance, ONE)
    assert link is not None
    assert (link.id, link.url) == (ONE, url)


def test_a_long_value_is_cut_and_says_so() -> None:
    text = value_text("x" * 32_000)
    assert text == "x" * LONGEST_VALUE + " … (32,000 characters in all)"
    assert (value_text(True), value_text(0), value_text(""), value_text(None)) == ("true", "0", None, None)


def test_of_a_hundred_thousand_changes_some_are_shown_the_rest_counted_and_none_is_kept() -> None:
    read = 0

    def changes() -> Iterator[AnyChange]:
        nonlocal read
        for number in range(100_000):
            read += 1
            yield create(f"Ann {number}", record=f"contact:{number}")

    tally = {("create", "Contact", "new"): 100_000}
    page = page_of([])
    head = PlanHead(1, "p1", "2026-11-24T10:12:00.000Z", org_id="00D", instance_url="", mode="automatic")
    listing = Listing(tally, lambda action, sobject: changes())
    page = plan_page(
        head,
        listing,
        written_at="",
        settings=None,
        closing="",
        all_of=lambda sobject: f"sfpush plan --object {sobject} --csv FILE",
    )
    html = written(page)
    assert (page.total, page.shown) == (100_000, ROWS_SHOWN)
    assert html.count("<article") == ROWS_SHOWN
    assert read <= ROWS_SHOWN + 1
    assert "The first 500 of 100,000 are shown here. All of them: sfpush plan --object Contact --csv FILE" in html
    assert 'data-more="; 99,500 others are not on it"' in html
    kept = listing_of(changes())
    assert kept.total == 100_000
    assert len(list(kept.first("create", "Contact"))) == ROWS_SHOWN
