"""The try-it page in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from harness.service_process import ServiceProcess
from harness.site import Page as SitePage
from harness.site import Site

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium on this machine, so the page is not tested: apt-get install chromium"
JOB_MS = 60_000
IMAGE_BYTES = """async (id) => {
  const bytes = new Uint8Array(await (await fetch(document.getElementById(id).src)).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless browser for this file. Skips where the machine has none."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that containers and root do not have.
        started = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about: errors in the console, exceptions, refused resources."""
    return []


@pytest.fixture
def page(browser: Browser, service: ServiceProcess, complaints: list[str]) -> Iterator[Page]:
    """The page, opened with the token in the address."""
    context = browser.new_context(base_url=service.url)
    opened = context.new_page()

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    opened.on("console", on_console)
    opened.on("pageerror", lambda fault: complaints.append(str(fault)))
    opened.goto(f"/#token={service.token}")
    yield opened
    context.close()


@pytest.fixture
def photo_file(photo: bytes, tmp_path: Path) -> Path:
    """The photo as a file to choose."""
    path = tmp_path / "photo.png"
    path.write_bytes(photo)
    return path


def replace(page: Page, photo: Path, colour: str = "#2F6F62") -> None:
    """Chooses the photo, asks for a flat colour and waits until the result is shown."""
    page.locator("#image").set_input_files(photo)
    page.get_by_text("Colour", exact=True).first.click()
    page.locator("#hex").fill(colour)
    page.get_by_role("button", name="Replace background").click()
    expect(page.get_by_role("status")).to_have_text("Done.", timeout=JOB_MS)


def result_bytes(page: Page) -> bytes:
    """The bytes of the picture that the page shows as the result."""
    encoded: str = page.evaluate(IMAGE_BYTES, "after")
    return base64.b64decode(encoded)


def posted(page: Page) -> list[Any]:
    """A list that fills with the JSON bodies that the page posts."""
    bodies: list[Any] = []

    def on_request(request: Request) -> None:
        if request.method == "POST":
            bodies.append(request.post_data_json)

    page.on("request", on_request)
    return bodies


def test_a_colour_job_runs_from_file_to_decoded_result(
    page: Page, photo_file: Path, complaints: list[str]
) -> None:
    """Choosing a file and a colour ends with a decoded picture, its seed and a download, and no complaint."""
    replace(page, photo_file)
    assert page.evaluate("document.getElementById('after').naturalWidth") > 0
    assert page.evaluate("document.getElementById('before').naturalWidth") > 0
    assert page.locator("#seed-used").inner_text().isdigit()
    assert page.locator("#download").get_attribute("href") == page.locator("#after").get_attribute("src")
    assert complaints == []


def test_a_described_background_shows_the_words_as_drawn(page: Page, photo_file: Path) -> None:
    """A prompt job shows the refined prompt beside its result."""
    page.locator("#image").set_input_files(photo_file)
    page.get_by_label("Describe it").fill("a wooden table top, soft window light")
    page.get_by_role("button", name="Replace background").click()
    expect(page.get_by_role("status")).to_have_text("Done.", timeout=JOB_MS)
    expect(page.locator("#refined")).not_to_be_empty()


def test_the_same_seed_gives_the_same_bytes(page: Page, photo_file: Path) -> None:
    """`Again, same seed` sends the seed that was used and gets a byte-identical picture."""
    replace(page, photo_file)
    seed, first = page.locator("#seed-used").inner_text(), result_bytes(page)
    url = page.locator("#after").get_attribute("src")
    page.get_by_role("button", name="Again, same seed").click()
    expect(page.locator("#after")).not_to_have_attribute("src", url or "", timeout=JOB_MS)
    expect(page.get_by_role("status")).to_have_text("Done.", timeout=JOB_MS)
    assert page.locator("#seed-used").inner_text() == seed
    assert result_bytes(page) == first


def test_a_new_seed_is_sent_only_as_a_missing_one(page: Page, photo_file: Path) -> None:
    """`Again, new seed` leaves the seed to the service, and a typed seed is sent as a number."""
    page.get_by_text("Options").click()
    page.get_by_label("Seed").fill("4321")
    sent = posted(page)
    replace(page, photo_file)
    url = page.locator("#after").get_attribute("src")
    page.get_by_role("button", name="Again, new seed").click()
    expect(page.locator("#after")).not_to_have_attribute("src", url or "", timeout=JOB_MS)
    assert [body.get("seed") for body in sent] == [4321, None]


def test_the_comparison_moves_by_keyboard(page: Page, photo_file: Path) -> None:
    """Arrow keys on the focused slider move the border between before and after."""
    replace(page, photo_file)
    slider = page.get_by_role("slider", name="Before and after")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    assert slider.input_value() == "60"
    clip = page.evaluate("getComputedStyle(document.getElementById('before')).clipPath")
    assert "40%" in clip
    assert slider.get_attribute("aria-valuetext") == "60 percent before"


def test_the_token_leaves_the_address_and_stays_in_the_tab(page: Page, service: ServiceProcess) -> None:
    """A token in the fragment moves to the field and the tab's storage; the address bar drops it."""
    expect(page.get_by_label("API token")).to_have_value(service.token)
    assert service.token not in page.url
    page.reload()
    expect(page.get_by_label("API token")).to_have_value(service.token)


def test_without_a_picture_the_page_says_so(page: Page) -> None:
    """The button without a picture explains what is missing and sends nothing."""
    sent = posted(page)
    page.get_by_label("Describe it").fill("a beach")
    page.get_by_role("button", name="Replace background").click()
    expect(page.get_by_role("alert")).to_contain_text("No picture")
    assert sent == []


def test_a_wrong_token_shows_the_services_own_words(page: Page, photo_file: Path) -> None:
    """A refusal is shown as `message: details` from the error body, and the button works again."""
    page.get_by_label("API token").fill("not-a-token")
    page.locator("#image").set_input_files(photo_file)
    page.get_by_label("Describe it").fill("a beach")
    page.get_by_role("button", name="Replace background").click()
    expect(page.get_by_role("alert")).to_contain_text("Unauthorized: ")
    expect(page.get_by_role("button", name="Replace background")).to_be_enabled()


def test_fast_mode_greys_out_what_it_cannot_do(page: Page) -> None:
    """The negative prompt is disabled in fast mode only."""
    page.get_by_text("Options").click()
    page.get_by_label("Mode").select_option("fast")
    expect(page.get_by_label("Leave out")).to_be_disabled()
    page.get_by_label("Mode").select_option("base")
    expect(page.get_by_label("Leave out")).to_be_enabled()


def test_a_placement_is_sent_only_when_chosen(page: Page, photo_file: Path) -> None:
    """Nothing of it by default; then the chosen place, shadow and room, which has no use without a place."""
    page.get_by_text("Options").click()
    sent = posted(page)
    replace(page, photo_file)
    expect(page.get_by_label("Room around it")).to_be_disabled()
    page.get_by_label("Place the subject").select_option("ground")
    page.get_by_label("Room around it").fill("12.5")
    page.get_by_label("Shadow").select_option("soft")
    url = page.locator("#after").get_attribute("src")
    page.get_by_role("button", name="Replace background").click()
    expect(page.locator("#after")).not_to_have_attribute("src", url or "", timeout=JOB_MS)
    chosen = {"placement": "ground", "padding": 0.125, "shadow": "soft"}
    assert [{name: body[name] for name in chosen if name in body} for body in sent] == [{}, chosen]


def test_too_much_room_is_refused_before_sending(page: Page, photo_file: Path) -> None:
    """The page says what it takes, and posts nothing."""
    page.get_by_text("Options").click()
    page.locator("#image").set_input_files(photo_file)
    page.get_by_label("Describe it").fill("a beach")
    page.get_by_label("Place the subject").select_option("center")
    page.get_by_label("Room around it").fill("55")
    sent = posted(page)
    page.get_by_role("button", name="Replace background").click()
    expect(page.get_by_role("alert")).to_contain_text("from 0 to 40")
    assert sent == []


def test_the_page_fits_a_narrow_phone(page: Page, photo_file: Path) -> None:
    """At 360 px nothing sticks out sideways, with the options open and a result shown."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_text("Options").click()
    replace(page, photo_file)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_api_reference_is_drawn_under_its_policy(page: Page, complaints: list[str]) -> None:
    """It lists the routes and opens one, and the browser refuses nothing of it."""
    page.goto("/docs")
    submit = page.locator(
        "#operations-image_editing-replace_background_v2_image_edit_replace_background_post"
    )
    expect(submit).to_be_visible()
    submit.locator(".opblock-summary").click()
    expect(submit.get_by_text("webhook_url").first).to_be_visible()
    assert complaints == []


def test_a_result_can_be_embedded_elsewhere_and_looked_at(
    page: Page, service: ServiceProcess, photo_base64: str
) -> None:
    """Another origin may show the picture, and no other answer; the browser alone shows it, too."""
    body = {"image": photo_base64, "prompt": "#2F6F62", "sync": True}
    picture = service.post(body).json()["result"]["image_url"]
    shop = f'<img id="picture" src="{picture}"><img id="icon" src="{service.url}/web/favicon.svg">'
    with Site({"/": SitePage(shop.encode(), media_type="text/html")}) as elsewhere:
        page.goto(elsewhere.url("/"))
    assert page.evaluate("document.getElementById('picture').naturalWidth") > 0
    assert page.evaluate("document.getElementById('icon').naturalWidth") == 0
    page.goto(picture)
    assert page.evaluate("document.images[0].naturalWidth") > 0
