"""Addresses, names of tasks and paths of sockets that people, machines and waiting messages may have kept.

Links are shared and printed, browsers keep open pages, other programs ask for health and metrics, and a message may lie
in the broker while the site is updated: what stands here must go on to mean the same, wherever the code lies.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import Resolver404, resolve, reverse

ROOT = Path(__file__).resolve().parents[2]

# What a stranger gets who opens it on a site where nothing is, the address, the name that templates use
ADDRESSES = [
    row.split()
    for row in """
200 / home
404 /collections/streets/cover collection-cover
405 /play/ game-start
302 /daily/ daily
200 /daily/archive/ daily-archive
404 /daily/2026-01-26/ daily-day
404 /c/K7-x_Q/ challenge
200 /streak/ streak
405 /streak/play/ streak-start
404 /g/K7-x_Q/ game
404 /g/K7-x_Q/summary/ summary
405 /g/K7-x_Q/challenge/ challenge-make
404 /g/K7-x_Q/3/ round
404 /g/K7-x_Q/3/picture round-image
405 /g/K7-x_Q/3/draft round-draft
405 /g/K7-x_Q/3/guess round-guess
404 /g/K7-x_Q/3/result round-result
405 /g/K7-x_Q/3/report round-report
404 /g/K7-x_Q/3/reasons round-reasons
404 /g/K7-x_Q/3/whole round-whole
405 /g/K7-x_Q/3/look round-look
404 /g/K7-x_Q/3/map round-map
200 /rooms/ rooms
405 /rooms/new room-create
405 /rooms/join room-join
302 /r/123456/ room
200 /r/123456/qr.svg room-qr
405 /r/123456/report room-report
404 /r/123456/state room-state
405 /r/123456/act room-act
404 /r/123456/final room-final
404 /r/123456/3/picture room-image
404 /r/123456/3/reasons room-reasons
404 /r/123456/3/whole room-whole
405 /r/123456/3/look room-look
404 /r/123456/3/map room-map
302 /lessons/ lessons
302 /lessons/new lesson-new
302 /lessons/7/ lesson-edit
405 /lessons/7/act lesson-act
405 /lessons/7/restore lesson-restore
302 /lessons/photos/7 lesson-thumb
302 /lessons/reports/7/ lesson-report
302 /lessons/reports/7/file.csv lesson-download
405 /lessons/reports/7/delete lesson-session-delete
200 /gallery/ gallery
404 /gallery/7/ gallery-reasons
404 /gallery/7/picture gallery-picture
405 /gallery/7/look gallery-look
404 /gallery/7/map gallery-map
302 /explain/ upload
404 /explain/aB-c_9/ upload-reasons
404 /explain/aB-c_9/picture upload-picture
405 /explain/aB-c_9/look upload-look
404 /explain/aB-c_9/map upload-map
404 /looks/aB-c_9 look-answer
404 /versions/7/cells version-cells
404 /learnt/7 training-photo
404 /learnt/scene/aB-c_9 training-scene
200 /history/ history
200 /profile/ profile
302 /profile/export profile-export
302 /profile/delete profile-delete
200 /leaderboards/ leaderboards
200 /about/ about
200 /attribution/ attribution
200 /responsible-use/ responsible-use
302 /language/ set_language
200 /words.js catalog
200 /manifest.webmanifest manifest
200 /sw.js service-worker
200 /offline/ offline
200 /health health
503 /health/ready health-ready
404 /metrics metrics
302 /workshop/ workshop:home
302 /workshop/photos/7/picture workshop:photo-picture
302 /workshop/upload/ workshop:uploads
302 /workshop/upload/7/ workshop:upload
405 /workshop/upload/7/files workshop:upload-announce
405 /workshop/upload/7/files/8 workshop:upload-receive
302 /workshop/upload/7/files/8/picture workshop:upload-picture
302 /workshop/upload/7/state workshop:upload-state
405 /workshop/upload/7/act workshop:upload-act
302 /workshop/collections/ workshop:collections
302 /workshop/collections/new workshop:collection-new
302 /workshop/collections/streets/ workshop:collection
405 /workshop/collections/streets/act workshop:collection-act
302 /workshop/collections/streets/photos.csv workshop:collection-export
302 /workshop/statistics/ workshop:statistics
302 /workshop/bin/ workshop:bin
405 /workshop/bin/restore workshop:bin-restore
302 /workshop/photos/7/take-down workshop:take-down
302 /workshop/models/ workshop:models
405 /workshop/models/act workshop:models-act
302 /workshop/models/compare workshop:models-compare
302 /workshop/models/starter-1/ workshop:model
302 /workshop/review/ workshop:review
302 /workshop/review/7/ workshop:review-photo
405 /workshop/review/7/decide workshop:review-decide
405 /workshop/review/reports/dismiss workshop:review-dismiss
302 /workshop/jobs/ workshop:jobs
302 /workshop/jobs/workers workshop:job-workers
302 /workshop/schedules/ workshop:schedules
302 /workshop/schedules/new/retrain/ workshop:schedule-new
302 /workshop/schedules/7/ workshop:schedule
405 /workshop/schedules/7/act workshop:schedule-act
302 /admin/ admin:index
302 /admin/login/ admin:login
302 /admin/logout/ admin:logout
302 /admin/predictor/promotion/ admin:predictor_promotion_changelist
302 /admin/pipeline/job/start/retrain/ admin:pipeline_job_start
302 /admin/pipeline/job/7/cancel/ admin:pipeline_job_cancel
302 /admin/pipeline/job/7/retry/ admin:pipeline_job_retry
302 /admin/pipeline/job/7/files/evaluation.html admin:pipeline_job_file
302 /admin/pipeline/job/ admin:pipeline_job_changelist
302 /admin/pipeline/job/add/ admin:pipeline_job_add
302 /admin/pipeline/job/7/history/ admin:pipeline_job_history
302 /admin/pipeline/job/7/delete/ admin:pipeline_job_delete
302 /admin/pipeline/job/7/change/ admin:pipeline_job_change
302 /admin/pipeline/collection/ admin:pipeline_collection_changelist
302 /admin/pipeline/photo/ admin:pipeline_photo_changelist
302 /admin/pipeline/photo/7/change/ admin:pipeline_photo_change
302 /admin/pipeline/rejection/ admin:pipeline_rejection_changelist
302 /admin/predictor/modelversion/ admin:predictor_modelversion_changelist
302 /admin/predictor/modelversion/7/change/ admin:predictor_modelversion_change
302 /admin/geoguess/game/ admin:geoguess_game_changelist
302 /admin/geoguess/game/7/change/ admin:geoguess_game_change
302 /admin/geoguess/player/ admin:geoguess_player_changelist
302 /admin/geoguess/room/ admin:geoguess_room_changelist
302 /admin/geoguess/series/ admin:geoguess_series_changelist
302 /admin/geoguess/lessonplan/ admin:geoguess_lessonplan_changelist
302 /admin/auth/user/ admin:auth_user_changelist
302 /admin/auth/user/7/change/ admin:auth_user_change
302 /admin/auth/group/ admin:auth_group_changelist
302 /admin/account/emailaddress/ admin:account_emailaddress_changelist
302 /admin/auditlog/logentry/ admin:auditlog_logentry_changelist
""".strip().splitlines()
]
SOCKETS = {"ws/g/K7-x_Q/3/": "RoundConsumer", "ws/r/123456/": "RoomConsumer", "ws/jobs/7/": "JobConsumer"}
QUEUES = {
    "pipeline.tasks.run_job_task": "pipeline",
    "pipeline.tasks.split_waiting_cell_task": "pipeline",
    "predictor.tasks.answer_questions_task": "predict",
    "predictor.tasks.predict_images_task": "predict",
}
KINDS = [
    "geocells",
    "retrain",
    "finetune",
    "upload",
    "export",
    "import_web",
    "evaluate",
    "ablate",
    "repredict",
    "promote",
]
KINDS += ["difficulty"]
KNOWN = """
import json
from geoguess.celery import app
app.loader.import_default_modules()
print(json.dumps({name: app.amqp.router.route({}, name)["queue"].name for name in app.tasks}))
"""


@pytest.mark.parametrize(("path", "name"), [(path, name) for _, path, name in ADDRESSES])
def test_an_address_keeps_its_name(path, name):
    match = resolve(path)
    assert match.view_name == name or match.url_name is None  # one stands without a name before allauth's own
    assert reverse(name, args=[*match.captured_kwargs.values()]) == path


def test_an_address_that_was_never_given_out_is_none():
    with pytest.raises(Resolver404):
        resolve("/never/")


@pytest.mark.django_db
def test_every_address_answers(client, broker):
    expected = {path: int(status) for status, path, _ in ADDRESSES}
    assert {path: client.get(path).status_code for path in expected} == expected


@pytest.mark.django_db
def test_every_kind_of_job_can_be_started_and_scheduled(admin_client, version):
    for kind in KINDS:
        assert admin_client.get(f"/admin/pipeline/job/start/{kind}/").status_code == 200, kind
        assert admin_client.get(f"/workshop/schedules/new/{kind}/").status_code == 200, kind
    assert admin_client.get("/admin/pipeline/job/start/never/").status_code == 404


@pytest.mark.parametrize(("path", "consumer"), SOCKETS.items())
def test_a_socket_keeps_its_path(path, consumer):
    from geoguess.asgi import sockets

    found = [route.callback.consumer_class.__name__ for route in sockets.routes if route.pattern.match(path)]
    assert found == [consumer]


def test_a_worker_knows_every_task_and_its_queue():
    done = subprocess.run([sys.executable, "-c", KNOWN], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    known = json.loads(done.stdout.splitlines()[-1])
    assert {name: known.get(name) for name in QUEUES} == QUEUES


@pytest.mark.django_db
def test_messages_are_sent_under_these_names(
    admin_client, broker, collection, add_photo, published, django_capture_on_commit_callbacks
):
    cache.clear()  # pictures are asked for once a minute
    shown = add_photo(1, exhibited=True)
    add_photo(2, predicted=False)
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.get("/")
        admin_client.post(f"/gallery/{shown.pk}/look", "{}", content_type="application/json")
        admin_client.post(f"/workshop/collections/{collection.slug}/act", {"act": "export"})
    assert published == [
        ("predictor.tasks.predict_images_task", "predict", None),
        ("predictor.tasks.answer_questions_task", "predict", None),
        ("pipeline.tasks.run_job_task", "pipeline", None),
    ]


@pytest.mark.django_db
def test_the_models_are_those_of_the_migrations():
    call_command("makemigrations", "--check", "--dry-run")
