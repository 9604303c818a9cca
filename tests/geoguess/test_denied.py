"""Pages that are not open to everybody, and forms with an old token."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from geoguess.site.denied import groups_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("groups")]


def logged_in(*groups: str, staff: bool = False) -> Client:
    user = User.objects.create_user("meera", password="peepal-1947", is_staff=staff)
    user.groups.set(Group.objects.filter(name__in=groups))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("address", ["/lessons/", "/explain/"])
def test_a_page_for_educators_says_so_and_how_to_get_there(address):
    answer = logged_in().get(address)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Educators" in page
    assert "logged in as <b>meera</b>" in page
    assert "An admin of this site can change that" in page
    assert "cookie" not in page.lower()
    assert 'class="site-header"' in page
    assert 'class="site-nav"' in page


def test_another_account_gets_to_the_page_by_the_link():
    client = logged_in()
    User.objects.create_user("teacher", password="peepal-1948").groups.set(Group.objects.filter(name="Educators"))
    page = client.get("/lessons/").content.decode()
    link = re.search(r'href="([^"]*logout[^"]*)"', page)[1]
    form = client.get(link).content.decode()
    there = re.search(r'name="next"[^>]*value="([^"]+)"', form)[1]
    answer = client.post(link, {"next": there})
    assert answer["Location"] == "/accounts/login/?next=/lessons/"
    answer = client.post(answer["Location"], {"login": "teacher", "password": "peepal-1948"})
    assert answer["Location"] == "/lessons/"
    assert client.get("/lessons/").status_code == 200


def test_a_page_of_the_workshop_names_the_groups_and_staff_status():
    answer = logged_in(staff=True).get("/workshop/review/")
    assert answer.status_code == 403
    assert {"Curators", "Admins"} <= set(answer.context["groups"])
    assert "staff status" in answer.content.decode()


def test_groups_have_all_the_permissions():
    assert groups_with(["predictor.promote_modelversion"]) == ["Admins", "Model admins"]
    assert groups_with(["predictor.promote_modelversion", "pipeline.add_photo"]) == ["Admins"]
    assert groups_with([]) == []


def test_scripts_are_told_in_json():
    answer = logged_in().get("/lessons/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (403, "You are not allowed to do this.")


def test_a_form_with_an_old_token_is_told_about_tokens_and_not_about_permission():
    answer = Client(enforce_csrf_checks=True).post(reverse("room-join"), {"code": "123456"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "allow cookies" in page
    assert "not open to you" not in page
    assert 'class="site-header"' in page


def test_a_guess_after_a_login_in_another_tab_is_scored_with_the_token_of_the_refusal(playable):
    browser = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrf-token" content="(\w+)"', browser.get("/").content.decode())[1]
    answer = browser.post(
        reverse("game-start"), {"collection": playable.slug, "csrfmiddlewaretoken": token}, follow=True
    )
    round_url = answer.redirect_chain[-1][0]
    old = re.search(r'name="csrf-token" content="(\w+)"', answer.content.decode())[1]
    User.objects.create_user("asha", password="peepal-1947")
    form = {"login": "asha", "password": "peepal-1947", "csrfmiddlewaretoken": old}
    assert browser.post(reverse("account_login"), form).status_code == 302

    def guess(token: str):
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        pin = {"latitude": 20, "longitude": 78}
        return browser.post(f"{round_url}guess", pin, content_type="application/json", headers=headers)

    refused = guess(old)
    assert refused.status_code == 403
    scored = guess(refused.json()["csrf_token"])
    assert scored.status_code == 200
    assert "score" in scored.json()["player"]


def test_without_cookies_the_refusal_brings_a_token_and_its_cookie(playable):
    browser = Client(enforce_csrf_checks=True)
    refused = browser.post(reverse("room-create"), {}, headers={"Accept": "application/json"})
    token = refused.json()["csrf_token"]
    again = browser.post(reverse("room-create"), {}, headers={"Accept": "application/json", "X-CSRFToken": token})
    assert again.status_code != 403
