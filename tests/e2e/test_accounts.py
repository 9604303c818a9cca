"""A guest becomes an account, sees their profile and the leaderboards, and deletes everything, in headless Chromium."""

from __future__ import annotations

import pytest

from tests.e2e.test_play import DESKTOP, PHONE, locked, open_page, start_game

__all__ = ["open_page"]
PASSWORD = "banyan-tree-1947"


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_a_guests_round_to_an_account_and_away_again(open_page, device):
    page = open_page(device)
    start_game(page)
    if device is PHONE:
        page.locator("#action").tap()  # opens the map
    page.locator("#place").fill("mysuru")
    page.locator("#places [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#action:not([disabled])").click()
    locked(page)

    page.goto("/")
    page.get_by_role("link", name="Log in").click()
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("meena-of-mumbai")
    page.get_by_label("Password", exact=False).nth(0).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/profile/")
    assert page.locator(".state-map path").count() > 30
    assert page.locator(".state-map + table tbody tr").count() == 1
    page.get_by_label("Your name").fill("Mumbai Meena")
    page.get_by_role("button", name="Save name").click()
    page.get_by_role("heading", name="Mumbai Meena").wait_for()

    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("Login").fill("meena-of-mumbai")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Mumbai Meena").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your data").click()
    assert "Mumbai Meena" in download.value.path().read_text()
    page.get_by_role("link", name="Leaderboards").click()
    assert page.get_by_role("heading", name="Leaderboards").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    page.goto("/profile/delete")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_text("Your data has been deleted.").wait_for()
    assert page.get_by_role("link", name="Log in").is_visible()
