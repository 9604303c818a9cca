"""The site's URLs."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from geoguess.classroom import views as lessons
from geoguess.game import home_views
from geoguess.game import leaderboard_views as leaderboards
from geoguess.game import report_views as reports
from geoguess.game import series_views as series
from geoguess.game import views as play
from geoguess.live import views as rooms
from geoguess.models import Game
from geoguess.players import views as accounts
from geoguess.profile import views as profile
from geoguess.reasons import views as reasons
from geoguess.site import app_views as app
from geoguess.site import documents, health

handler403 = "geoguess.site.denied.permission_denied"
handler500 = "geoguess.site.busy.server_error_or_busy"
urlpatterns = [
    path("", home_views.home, name="home"),
    path("collections/<slug:slug>/cover", home_views.cover, name="collection-cover"),
    path("play/", play.start, name="game-start"),
    path("daily/", series.daily, name="daily"),
    path("daily/archive/", series.archive, name="daily-archive"),
    path("daily/<str:day>/", series.daily, name="daily-day"),
    path("c/<str:token>/", series.challenge, name="challenge"),
    path("streak/", home_views.streak, name="streak"),
    path("streak/play/", play.start, {"mode": Game.Mode.STREAK}, name="streak-start"),
    path("g/<str:token>/", play.game, name="game"),
    path("g/<str:token>/summary/", play.summary, name="summary"),
    path("g/<str:token>/challenge/", series.make_challenge, name="challenge-make"),
    path("g/<str:token>/<int:number>/", play.round_page, name="round"),
    path("g/<str:token>/<int:number>/picture", play.picture, name="round-image"),
    path("g/<str:token>/<int:number>/draft", play.draft, name="round-draft"),
    path("g/<str:token>/<int:number>/guess", play.guess, name="round-guess"),
    path("g/<str:token>/<int:number>/result", play.result, name="round-result"),
    path("g/<str:token>/<int:number>/report", reports.report_round, name="round-report"),
    path("g/<str:token>/<int:number>/reasons", reasons.round_reasons, name="round-reasons"),
    path("g/<str:token>/<int:number>/whole", reasons.round_picture, name="round-whole"),
    path("g/<str:token>/<int:number>/look", reasons.round_look, name="round-look"),
    path("g/<str:token>/<int:number>/map", reasons.round_map, name="round-map"),
    path("rooms/", rooms.lobby, name="rooms"),
    path("rooms/new", rooms.create, name="room-create"),
    path("rooms/join", rooms.join, name="room-join"),
    path("r/<str:code>/", rooms.room, name="room"),
    path("r/<str:code>/qr.svg", rooms.qr, name="room-qr"),
    path("r/<str:code>/report", rooms.report, name="room-report"),
    path("r/<str:code>/state", rooms.state, name="room-state"),
    path("r/<str:code>/act", rooms.act, name="room-act"),
    path("r/<str:code>/final", rooms.final, name="room-final"),
    path("r/<str:code>/<int:number>/picture", rooms.picture, name="room-image"),
    path("r/<str:code>/<int:number>/reasons", reasons.room_reasons, name="room-reasons"),
    path("r/<str:code>/<int:number>/whole", reasons.room_picture, name="room-whole"),
    path("r/<str:code>/<int:number>/look", reasons.room_look, name="room-look"),
    path("r/<str:code>/<int:number>/map", reasons.room_map, name="room-map"),
    path("lessons/", lessons.lessons, name="lessons"),
    path("lessons/new", lessons.edit, name="lesson-new"),
    path("lessons/<int:pk>/", lessons.edit, name="lesson-edit"),
    path("lessons/<int:pk>/act", lessons.act, name="lesson-act"),
    path("lessons/<int:pk>/restore", lessons.restore, name="lesson-restore"),
    path("lessons/photos/<int:pk>", lessons.thumb, name="lesson-thumb"),
    path("lessons/reports/<int:pk>/", lessons.report, name="lesson-report"),
    path("lessons/reports/<int:pk>/file.<str:kind>", lessons.download, name="lesson-download"),
    path("lessons/reports/<int:pk>/delete", lessons.delete_session, name="lesson-session-delete"),
    path("gallery/", reasons.gallery_page, name="gallery"),
    path("gallery/<int:pk>/", reasons.gallery_reasons, name="gallery-reasons"),
    path("gallery/<int:pk>/picture", reasons.gallery_picture, name="gallery-picture"),
    path("gallery/<int:pk>/look", reasons.gallery_look, name="gallery-look"),
    path("gallery/<int:pk>/map", reasons.gallery_map, name="gallery-map"),
    path("explain/", reasons.upload, name="upload"),
    path("explain/<str:key>/", reasons.upload_reasons, name="upload-reasons"),
    path("explain/<str:key>/picture", reasons.upload_picture, name="upload-picture"),
    path("explain/<str:key>/look", reasons.upload_look, name="upload-look"),
    path("explain/<str:key>/map", reasons.upload_map, name="upload-map"),
    path("looks/<str:key>", reasons.look_answer, name="look-answer"),
    path("versions/<int:pk>/cells", reasons.cells, name="version-cells"),
    path("learnt/<int:pk>", reasons.training_photo, name="training-photo"),
    path("learnt/scene/<slug:sha256>", reasons.training_scene, name="training-scene"),
    path("history/", home_views.history, name="history"),
    path("profile/", profile.profile, name="profile"),
    path("profile/export", profile.export, name="profile-export"),
    path("profile/delete", profile.delete, name="profile-delete"),
    path("leaderboards/", leaderboards.leaderboards, name="leaderboards"),
    path("accounts/password/reset/", accounts.password_reset),
    path("accounts/signup/", accounts.signup),
    path("accounts/", include("allauth.account.urls")),
    path("about/", documents.document, {"page": "about"}, name="about"),
    path("attribution/", documents.document, {"page": "attribution"}, name="attribution"),
    path("responsible-use/", documents.document, {"page": "responsible-use"}, name="responsible-use"),
    path("language/", set_language, name="set_language"),
    path("words.js", app.catalog, name="catalog"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("sw.js", app.service_worker, name="service-worker"),
    path("offline/", app.offline, name="offline"),
    path("health", health.health, name="health"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.metrics, name="metrics"),
    path("workshop/", include("pipeline.workshop.urls")),
    path("admin/", admin.site.urls),
]
