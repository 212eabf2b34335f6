# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run sheet and report as a browser shows them: silent, readable in both colour schemes, fit for phones and paper."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import zxingcpp
from PIL import Image

from pages.browser import SCHEMES, WIDTHS
from pages.samples import ODD_PAGES, PAGES, sheet

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# A year of days takes long to look at, and is no other text than a month.
NAMES = sorted({*PAGES, *ODD_PAGES} - {"leap_year"})
CHARTED = ["report", "event_report", "one_day", "five_days", "month", "leap_year"]
# The contrast that WCAG 2.2 asks of text at level AA.
READABLE = 4.5
# Each visible text with the contrast between its colour and the ground that the elements below it paint.
CONTRASTS = """() => {
  const channels = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const light = rgb => rgb.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, below) => top.slice(0, 3).map((v, i) => v * top[3] + below[i] * (1 - top[3]));
  const ground = element => element === null ? [255, 255, 255]
    : over(channels(getComputedStyle(element).backgroundColor), ground(element.parentElement));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.data.trim() || element.closest('title, desc, .unseen') || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), below = ground(element);
    const ink = channels(element instanceof SVGElement ? style.fill : style.color);
    const [high, low] = [light(over(ink, below)), light(below)].sort((a, b) => b - a);
    found.push([(high + 0.05) / (low + 0.05), node.data.trim().slice(0, 40), parseFloat(style.fontSize)]);
  }
  return found;
}"""
# By chart: left and right end of each visible label below the axis that is on the first line.
LABELS = """() => [...document.querySelectorAll('svg.chart')].map(chart => {
  const shown = [...chart.querySelectorAll('.days text')].filter(text => text.checkVisibility());
  const top = Math.min(...shown.map(text => text.getBoundingClientRect().top));
  const boxes = shown.map(text => text.getBoundingClientRect()).filter(box => box.top < top + 5);
  return boxes.map(box => [box.left, box.right]);
})"""

Open = Callable[..., "Page"]


@pytest.fixture
def show(browser: Browser, pages: dict[str, Path]) -> Iterator[Open]:
    """Opens a page. In the end, it must have asked for nothing but itself, and said nothing on the console."""
    requests: list[str] = []
    said: list[str] = []
    contexts = []
    expected = []

    def open_page(name: str, width: str = "phone", scheme: str = "light") -> Page:
        context = browser.new_context(viewport=WIDTHS[width], color_scheme=scheme, device_scale_factor=2)
        contexts.append(context)
        page = context.new_page()
        address = pages[name].as_uri()
        expected.append(address)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.route("**/*", lambda route: route.continue_() if route.request.url == address else route.abort())
        page.goto(address)
        # What is not on the screen is not laid out otherwise.
        page.add_style_tag(content=".stream { content-visibility: visible !important }")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [address for address in requests if not address.startswith("data:,")] == expected
    assert said == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_all_text_can_be_read_and_nothing_sticks_out(show: Open, name: str, width: str, scheme: str) -> None:
    page = show(name, width, scheme)
    texts = page.evaluate(CONTRASTS)
    assert len(texts) >= 4
    assert [text for text in texts if text[0] < READABLE] == []
    assert [text for text in texts if text[2] < 11] == [], "smaller than anybody can read"
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]["width"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CHARTED)
def test_labels_of_charts_do_not_touch(show: Open, name: str, width: str) -> None:
    for labels in show(name, width).evaluate(LABELS):
        assert 1 <= len(labels) <= 14
        assert all(right + 4 <= left for (_left, right), (left, _right) in pairwise(labels))
        assert 0 <= labels[0][0] <= labels[-1][1] <= WIDTHS[width]["width"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_qr_codes_lead_to_the_streams(show: Open, scheme: str) -> None:
    page = show("run_sheet", "phone", scheme)
    codes = page.locator(".qr svg")
    read = [decoded(codes.nth(number).screenshot()) for number in range(codes.count())]
    assert read == [stream["playback_url"] for stream in sheet()["streams"] if stream["playback_url"]]


def decoded(picture: bytes) -> str:
    """What a phone reads in a picture."""
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    text: str = code.text
    return text


def test_every_day_of_every_stream_is_one_tap_away(show: Open) -> None:
    page = show("run_sheet")
    links = page.locator(".overview a[href^='#']")
    assert links.count() == 4 + 3 * 3
    for number in range(links.count()):
        links.nth(number).click()
        target = page.locator(":target")
        assert f"#{target.get_attribute('id')}" == links.nth(number).get_attribute("href")
        assert target.bounding_box() is not None
        box: Any = target.bounding_box()
        assert 0 <= box["y"] < WIDTHS["phone"]["height"]


@pytest.mark.parametrize("name", NAMES)
def test_on_paper_nothing_is_dark(show: Open, name: str) -> None:
    page = show(name, "desktop", "dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert [text for text in page.evaluate(CONTRASTS) if text[0] < READABLE] == []
    assert page.pdf(format="A4").startswith(b"%PDF-")


@pytest.mark.parametrize(("name", "most"), [("run_sheet", 5), ("six_rooms", 1)])
def test_a_run_sheet_is_short_on_paper(show: Open, name: str, most: int) -> None:
    """Three days of three rooms and a feed: the streams, a page for each day, the rooms. Without talks: one page."""
    pdf = show(name, "desktop").pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= pdf.count(b"/Type /Page\n") <= most


def test_paper_shows_where_links_lead_and_codes_that_can_be_scanned(show: Open) -> None:
    page = show("run_sheet", "desktop", "dark")
    page.emulate_media(media="print")
    after = "element => getComputedStyle(element, '::after').content"
    for link in page.locator(".card a").all():
        assert link.get_attribute("href") == link.inner_text()
    for link in page.locator(".talks a").all():
        assert link.get_attribute("href") in link.evaluate(after)
    box: Any = page.locator(".qr svg").first.bounding_box()
    assert box["width"] / 96 * 25.4 >= 40
    assert decoded(page.locator(".qr svg").first.screenshot()) == sheet()["streams"][0]["playback_url"]
