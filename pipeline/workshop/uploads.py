"""Uploads in the browser: the page with its list of files, the chunks that it sends, and the actions on them."""

from __future__ import annotations

import io
from collections import Counter
from typing import Annotated, Any

import msgspec
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.intake.checks import MAX_LONGITUDE, Rejected
from pipeline.intake.decoding import decode
from pipeline.intake.sources import MAX_FILE_BYTES, open_source
from pipeline.jobs.messages import snapshot
from pipeline.jobs.services import AlreadyActive, cancel_job, interrupt_dead_jobs, start_job
from pipeline.models import Collection, Job, Upload, UploadFile
from pipeline.support.bodies import takes
from pipeline.support.json_text import BadJson, Id, JsonReader
from pipeline.support.map_settings import map_settings
from pipeline.uploads import checking, receiving
from pipeline.workshop.access import user_of, workshop
from predictor.pictures import images, store

State = UploadFile.State
SHOWN = 300  # files of one state in the list
THUMBNAIL_PX = 320
MAX_ANNOUNCED = 2 * 2**20  # bytes of JSON


class Act(msgspec.Struct):
    """An action on an upload, and the files or the pin it is about."""

    act: str
    files: list[Id] = []
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-MAX_LONGITUDE, le=MAX_LONGITUDE)] | None = None


_ACT: JsonReader[Act] = JsonReader(Act)
_ANNOUNCED: JsonReader[list[tuple[str, int]]] = JsonReader(list[tuple[str, Id]])


@require_http_methods(["GET", "POST"])
@workshop("pipeline.add_photo")
def uploads(request: HttpRequest) -> HttpResponse:
    """The uploads of the user; POST starts a new one."""
    user = user_of(request)
    if request.method == "POST":
        try:
            made = receiving.open_upload(user=user, collection_name=request.POST.get("collection", ""))
        except receiving.NotReceived as error:
            messages.error(request, str(error))
            return redirect("workshop:uploads")
        return redirect("workshop:upload", made.pk)
    own = Upload.objects.filter(user=user)
    context = {
        "title": "Upload photos",
        "uploads": list(own.annotate(file_count=Count("files")).order_by("-created_at")[:20]),
        "collections": list(Collection.objects.filter(illustrated=False)),
    }
    return render(request, "workshop/uploads.html", context)


@require_safe
@workshop("pipeline.add_photo")
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One upload: drop files, follow their transfer, check and import them."""
    row = _upload(request, pk)
    page = {
        **_state(row),
        **map_settings(),
        "chunk": receiving.MAX_CHUNK_BYTES // 2,
        "most_bytes": receiving.MAX_UPLOAD_BYTES,
        "urls": {
            "announce": reverse("workshop:upload-announce", args=[pk]),
            "receive": reverse("workshop:upload-receive", args=[pk, 0]),
            "state": reverse("workshop:upload-state", args=[pk]),
            "act": reverse("workshop:upload-act", args=[pk]),
            "picture": reverse("workshop:upload-picture", args=[pk, 0]),
        },
    }
    context = {"title": f"Upload into {row.collection_name}", "upload": row, "page": page}
    return render(request, "workshop/upload.html", context)


@takes(MAX_ANNOUNCED)
@require_POST
@workshop("pipeline.add_photo")
def announce(request: HttpRequest, pk: int) -> JsonResponse:
    """Announce files as ``[[path, bytes], …]``; the response holds how many bytes of each have arrived."""
    try:
        announced = _ANNOUNCED.read(request.read(MAX_ANNOUNCED + 1))
    except BadJson:
        return JsonResponse({"error": "The list of files did not arrive correctly. Reload the page."}, status=400)
    try:
        files = receiving.announce(upload=_upload(request, pk), files=announced)
    except receiving.NotReceived as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"files": [_file(file) for file in files]})


@takes(receiving.MAX_CHUNK_BYTES)
@require_http_methods(["PUT"])
@workshop("pipeline.add_photo")
def receive(request: HttpRequest, pk: int, file_pk: int) -> JsonResponse:
    """Append the body to a file at ``?offset=``; the response holds how many bytes have arrived."""
    file = get_object_or_404(UploadFile, pk=file_pk, upload=_upload(request, pk), archive=None)
    try:
        offset, length = int(request.GET.get("offset", "")), int(request.headers.get("Content-Length", ""))
    except ValueError:
        offset = length = -1
    if offset < 0 or length < 0:
        return JsonResponse({"error": "A chunk needs its offset and its length."}, status=400)
    try:
        file = receiving.receive(file=file, offset=offset, chunk=request, length=length)  # type: ignore[arg-type]
    except receiving.NotReceived as error:
        return JsonResponse({"error": str(error), "received": error.received}, status=409)
    return JsonResponse(_file(file))


@require_safe
@workshop("pipeline.add_photo")
def state(request: HttpRequest, pk: int) -> JsonResponse:
    """The progress of the upload and its job."""
    return JsonResponse(_state(_upload(request, pk)))


@require_safe
@workshop("pipeline.add_photo")
def picture(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """A thumbnail of a file."""
    file = get_object_or_404(UploadFile, pk=file_pk, upload=_upload(request, pk))
    buffer = io.BytesIO()
    try:
        if file.sha256 and store.path(file.sha256).exists():
            data = store.read(file.sha256)
        elif file.archive:
            source = open_source(receiving.archive_path(file.archive))
            data = decode(source.read(file.name.removeprefix(f"{file.archive.name}/")), file.name).display
        else:
            path = receiving.files_folder(file.upload) / file.name
            data = decode(path.read_bytes() if file.size <= MAX_FILE_BYTES else b"", file.name).display
    except (Rejected, OSError, KeyError, ValueError):
        raise Http404("There is no picture of this file.") from None
    image = images.decode(data)
    image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    image.save(buffer, "JPEG", quality=80)
    response = HttpResponse(buffer.getvalue(), content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'"
    return response


@takes(MAX_ANNOUNCED)
@require_POST
@workshop("pipeline.add_photo")
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Check, import, place by a pin, remove files, or discard the whole upload."""
    row = _upload(request, pk)
    try:
        sent = _ACT.read(request.read(MAX_ANNOUNCED + 1))
    except BadJson:
        return JsonResponse({"error": "The request did not arrive correctly. Reload the page."}, status=400)
    files = row.files.filter(pk__in=sent.files)
    match sent.act:
        case "check" | "take_in" as phase:
            try:
                parameters = {"upload": row.pk, "take_in": phase == "take_in"}
                start_job(kind="upload", parameters=parameters, user=user_of(request))
            except AlreadyActive as error:
                return JsonResponse({"error": f"{error} It may be that of another upload."}, status=409)
        case "cancel":
            for job in Job.objects.filter(kind="upload", parameters__upload=row.pk, status__in=Job.ACTIVE):
                cancel_job(job=job, now=timezone.now())
        case "place":
            if sent.latitude is None or sent.longitude is None:
                return JsonResponse({"error": "A pin needs a latitude and a longitude."}, status=400)
            receiving.place(files=files, latitude=sent.latitude, longitude=sent.longitude)
        case "remove":
            for file in files:
                receiving.remove(file=file)
        case "discard":
            receiving.discard(upload=row)
            messages.success(request, "The upload was discarded; nothing was imported.")
            return JsonResponse({"url": reverse("workshop:uploads")})
        case _:
            return JsonResponse({"error": "Unknown action. Reload the page."}, status=400)
    row.refresh_from_db()
    return JsonResponse(_state(row))


def _upload(request: HttpRequest, pk: int) -> Upload:
    """An upload of the user, else a 404."""
    return get_object_or_404(Upload, pk=pk, user=user_of(request))


def _state(row: Upload) -> dict[str, Any]:
    interrupt_dead_jobs(now=timezone.now())
    job = Job.objects.filter(kind="upload", parameters__upload=row.pk).first()
    now = timezone.now()
    files: list[dict[str, Any]] = []
    for name in State.values:
        files.extend(_file(file) for file in row.files.filter(state=name)[:SHOWN])
    return {
        "files": files,
        "counts": Counter(row.files.values_list("state", flat=True)),
        "checked": row.checked_at is not None,
        "taken_in": row.taken_in_at is not None,
        "waiting": checking.waiting_for_review(row) if row.taken_in_at else 0,
        "job": snapshot(job, now) | {"url": reverse("admin:pipeline_job_change", args=[job.pk])} if job else None,
    }


def _file(file: UploadFile) -> dict[str, Any]:
    return {
        "id": file.pk,
        "name": file.name,
        "size": file.size,
        "received": file.received,
        "state": file.state,
        "detail": file.detail,
        "latitude": file.latitude,
        "longitude": file.longitude,
        "picture": bool(file.sha256) or file.state == State.UNPLACED,
        "archive": file.archive_id is not None,
    }
