"""The page in a real browser: nothing is wider than the screen, the filters filter, nothing is asked of the network."""

from __future__ import annotations

import shutil

import pytest

import dualgap as dg
from dualgap.claims import Verdict
from dualgap.report import write_page

NEEDED = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(NEEDED), reason=f"needs {' and '.join(NEEDED)}: run .ci/chromium")

#: A desk, a phone.
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    found = dg.verify(only=["kl-nonnegative", "js-symmetric", "kl-infinite", "singular-laws"], mutants=True)
    return found, write_page(found, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    with webdriver.Chrome(options=options, service=service) as driver:
        yield driver


def _opened(browser, path, width):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.get(path.as_uri())
    return browser


def _visible(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('.claim')].filter((one) => one.getClientRects().length).map((one) => one.id)"
    )


def _choose(browser, name, value):
    browser.execute_script(
        "const one = document.getElementById('filters').elements[arguments[0]]; one.value = arguments[1];"
        "one.dispatchEvent(new Event('input', {bubbles: true}))",
        name,
        value,
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_on_the_page_is_wider_than_the_screen(browser, page, width):
    _opened(browser, page[1], width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_the_statement_is_set_as_mathematics(browser, page):
    _opened(browser, page[1], 1280)
    heights = browser.execute_script(
        "return [...document.querySelectorAll('math')].map((one) => one.getBoundingClientRect().height)"
    )
    assert heights
    assert min(heights) > 0


def test_the_page_says_nothing_on_the_console_and_asks_nothing_of_the_network(browser, page):
    browser.get_log("performance")
    _opened(browser, page[1], 1280)
    assert browser.get_log("browser") == []
    asked = [one["message"] for one in browser.get_log("performance") if "Network.requestWillBeSent" in one["message"]]
    assert all('"url":"file:' in message or '"url":"data:' in message for message in asked)


def test_filters_by_verdict_topic_and_words_show_just_what_they_say(browser, page):
    found, path = page
    _opened(browser, path, 390)
    everything = [result.claim.identifier for result in found]
    assert sorted(_visible(browser)) == sorted(everything)
    corrected = Verdict.REFUTED_AS_STATED_HOLDS_AS_CORRECTED
    _choose(browser, "verdict", corrected.short)
    assert _visible(browser) == [r.claim.identifier for r in found if r.verdict is corrected]
    _choose(browser, "verdict", "")
    _choose(browser, "topic", "divergences")
    assert sorted(_visible(browser)) == sorted(r.claim.identifier for r in found if r.claim.topic == "divergences")
    _choose(browser, "topic", "")
    _choose(browser, "words", "no such word anywhere")
    assert _visible(browser) == []


def test_a_link_to_a_claim_that_is_filtered_away_shows_it_again(browser, page):
    _opened(browser, page[1], 1280)
    _choose(browser, "words", "no such word anywhere")
    browser.execute_script("location.hash = '#kl-infinite'")
    browser.implicitly_wait(2)
    assert "kl-infinite" in browser.execute_async_script(
        "const done = arguments[0]; setTimeout(() => done([...document.querySelectorAll('.claim')]"
        ".filter((one) => one.getClientRects().length).map((one) => one.id)), 50)"
    )
