"""The predict worker of the running site: what is imported while it runs is looked at and becomes playable."""

from __future__ import annotations

import csv
import re
import time

from PIL import Image, ImageDraw


def test_pictures_imported_while_the_site_runs_become_playable(site, tmp_path):
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "latitude", "longitude", "precision_km"])
        for number in range(12):
            image = Image.new("RGB", (320, 240), (20 * number, 90, 255 - 20 * number))
            ImageDraw.Draw(image).ellipse((10 * number, 20, 10 * number + 90, 15 * number + 60), fill=(255, 240, 10))
            image.save(tmp_path / f"{number}.png")
            writer.writerow([f"{number}.png", 12 + number, 77 + number / 4, 0.1])
    labels = str(tmp_path / "labels.csv")
    answer = site.manage(
        "import_photos", str(tmp_path), "--manifest", labels, "--collection", "Late", "--reviewed", "--no-predict"
    )
    assert answer.returncode == 0, answer.stderr

    def card() -> str:
        """What the first page says of the collection."""
        page = site.get("/").decode()
        return page[page.index('value="late"') :].split("</label>")[0]

    waiting = re.search(r"still looking at (\d+) picture", card())  # asking for the page asks the worker
    assert waiting, card()
    deadline = time.monotonic() + 300
    while "still looking" in card():
        assert time.monotonic() < deadline, site.log()
        time.sleep(0.5)
    assert re.search(rf"{waiting[1]}\s+pictures?\s+·\s", card()), (waiting[0], card())


def test_an_admin_promotes_a_version_in_the_browser(site, browser):
    credentials = {"DJANGO_SUPERUSER_PASSWORD": "a-Long-password-1", "DJANGO_SUPERUSER_EMAIL": "a@example.org"}
    answer = site.manage("createsuperuser", "--noinput", "--username", "asha", more=credentials)
    assert answer.returncode == 0, answer.stderr
    page = browser.new_context(base_url=site.url).new_page()
    page.goto("/admin/")
    page.fill("#id_login", "asha")
    page.fill("#id_password", credentials["DJANGO_SUPERUSER_PASSWORD"])
    page.click("main button[type=submit]")
    page.wait_for_url("**/admin/")
    page.goto("/admin/predictor/modelversion/")
    page.locator("input.action-select").first.check()
    page.select_option("select[name=action]", "promote")
    page.click("button[name=index]")
    page.fill("#id_reason", "Let us see how it plays.")  # of several versions it need not be the best
    page.click("input[value='Start job']")
    page.wait_for_selector(".job-status:is([data-status=succeeded], [data-status=failed])", timeout=300_000)
    assert page.locator(".job-status").get_attribute("data-status") == "succeeded", page.locator(".job").inner_text()
    page.goto("/admin/predictor/promotion/")
    assert "asha" in page.locator("#result_list").inner_text()
    page.context.close()
