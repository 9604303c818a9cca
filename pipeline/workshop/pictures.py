"""Pictures of photos for curators."""

from __future__ import annotations

import io

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from pipeline.models import Photo
from pipeline.workshop.access import workshop
from predictor.pictures import store
from predictor.pictures.images import decode

WIDTHS = (160, 320, 640)


@require_safe
@workshop("pipeline.view_photo")
def photo_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The display copy, or a smaller one with ``?width=``."""
    photo = get_object_or_404(Photo.every, pk=pk)
    try:
        data = store.read(photo.sha256)
    except store.ImageMissing as error:
        raise Http404("The picture is gone.") from error
    if (width := request.GET.get("width", "")) in map(str, WIDTHS):
        image, buffer = decode(data), io.BytesIO()
        image.thumbnail((int(width), int(width)))
        image.save(buffer, "JPEG", quality=80)
        data = buffer.getvalue()
    response = HttpResponse(data, content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'"
    return response
