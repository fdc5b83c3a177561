"""The built site: no link leads nowhere, and no page is wider than a desk or a phone.

These tests look at ``docs/_build/html``, which ``make docs`` writes, and are skipped where it is not built.
"""

from __future__ import annotations

import importlib
import re
import shutil
import zlib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import dualgap

SITE = Path(__file__).parents[2] / "docs" / "_build" / "html"
NEEDED = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
#: A desk, a phone.
WIDTHS = (1280, 390)

built = pytest.mark.skipif(not (SITE / "index.html").exists(), reason="needs docs/_build/html: run make docs")


class Page(HTMLParser):
    """The links of a page, and the names that links can lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.names |= {said[name] for name in ("id", "name") if said.get(name)}
        self.links += [said[name] for name in ("href", "src") if said.get(name)]


def _written(site: Path) -> list[Path]:
    """The pages of a site but those that show source code, which an incremental build leaves as they were."""
    return sorted(path for path in site.rglob("*.html") if "_modules" not in path.parts)


def broken(site: Path) -> list[str]:
    """Every link inside of a site that leads to no file, or to no place in it."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in _written(site)}
    found = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            known = pages.get(target)
            if not target.exists() or (
                known is not None and parts.fragment and unquote(parts.fragment) not in known.names
            ):
                found.append(f"{path.relative_to(site)} -> {link}")
    return found


@built
def test_no_link_inside_of_the_site_leads_nowhere():
    found = broken(SITE.resolve())
    assert not found, "\n".join(found[:20])


@built
def test_every_public_function_and_class_is_documented():
    *_, packed = (SITE / "objects.inv").read_bytes().split(b"\n", 4)
    documented = {line.split(" ")[0] for line in zlib.decompress(packed).decode().splitlines()}
    public = [f"{home}.{name}" for name, home in dualgap._HOME.items()]
    for module in map(importlib.import_module, dualgap._MODULES.values()):
        public += [f"{module.__name__}.{name}" for name in module.__all__ if callable(getattr(module, name))]
    assert len(public) > 150
    ends = {(name.split(".")[1], name.rpartition(".")[2]) for name in documented if name.startswith("dualgap.")}
    # a name that a package takes from one of its modules is documented there
    missing = [
        name for name in public if name not in documented and (name.split(".")[1], name.rpartition(".")[2]) not in ends
    ]
    assert not missing


@built
def test_nothing_of_the_site_comes_from_the_network():
    for path in SITE.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        asked = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?:[^"]+)"', text)
        assert not asked, f"{path.name}: {asked}"


def test_a_broken_link_is_noticed(tmp_path):
    (tmp_path / "a.html").write_text(
        '<a href="b.html">b</a><a href="#x">x</a><a href="c.html#here">c</a><a id="y" href="#y">y</a>'
    )
    (tmp_path / "c.html").write_text('<p id="there">')
    assert broken(tmp_path) == ["a.html -> b.html", "a.html -> #x", "a.html -> c.html#here"]


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    with webdriver.Chrome(options=options, service=service) as driver:
        yield driver


def _width(browser, page, width):
    """How wide a page is on a screen of a width."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.get(page.as_uri())
    return browser.execute_script("return document.documentElement.scrollWidth")


@built
@pytest.mark.skipif(bool(NEEDED), reason=f"needs {' and '.join(NEEDED)}: run .ci/chromium")
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen(browser, width):
    wide = {
        page.relative_to(SITE).as_posix(): seen
        for page in _written(SITE)
        if (seen := _width(browser, page, width)) > width
    }
    assert not wide


@pytest.mark.skipif(bool(NEEDED), reason=f"needs {' and '.join(NEEDED)}: run .ci/chromium")
def test_a_page_that_is_too_wide_is_noticed(browser, tmp_path):
    (tmp_path / "wide.html").write_text('<!doctype html><div style="width: 900px">wide</div>')
    assert _width(browser, tmp_path / "wide.html", 390) >= 900
