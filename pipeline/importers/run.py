"""The loop of every import from the web: page → candidates → checks → pictures → photos, until there are enough.

After each page its photos and the checkpoint are saved, so that an interrupted import resumes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pipeline.importers.checkpoint import Checkpoint
from pipeline.importers.contract import Area, Candidate, Page, Source
from pipeline.importers.download import BudgetSpent, DownloadFailed, DownloadRefused, SourceFailed
from pipeline.importers.licences import FAMILIES, Licence, licence_of
from pipeline.importers.sampling import AreaQueue, Ledger
from pipeline.intake.checks import Reason, Rejected, check_positions, rejected_as_removed
from pipeline.intake.decoding import decode
from pipeline.intake.service import Summary, keep_original, record_rejections
from pipeline.intake.storing import NewPhoto, get_or_create_collection, store_photos, update_scale
from pipeline.models import Collection, Photo
from pipeline.support.progress import SILENT, Reporter
from predictor.pictures import store

OUTSIDE_LIMIT_KM = 0.3  # allows for beaches and piers, but not for towns beyond the border
PER_PAGE = 4  # photos taken from one page before the next area is queried
TRIES_PER_PAGE = 2 * PER_PAGE  # because some downloads fail or are rejected
MAX_FAILED_PAGES = 3  # in a row; then the source counts as down
MAX_FAILED_PICTURES = 10  # in a row; then their host counts as down
FORMER_NO_VIEW = "Is no view of a place: its title or categories speak of"  # also said of streets by a former rule
RETRIED_LATER = {Reason.DOWNLOAD_FAILED, Reason.LICENCE}  # rejections that a later import checks again


class ImportStopped(Exception):
    """The source failed; ``summary`` holds what was imported until then. Another run resumes."""

    def __init__(self, reason: str, summary: WebSummary) -> None:
        super().__init__(reason)
        self.summary = summary


@dataclass(frozen=True)
class ImportRequest:
    """What to import: how many photos in this run, how many of one district at most (0: 1 %, at least 2), and filters.

    ``licences`` are families of `FAMILIES`, ``panoramas`` is one of `sources.PANORAMAS`. A dry run reads pages, but
    downloads no pictures and changes nothing.
    """

    collection: str
    photos: int = 500
    per_district: int = 0
    licences: frozenset[str] = frozenset(FAMILIES)
    panoramas: str = "skip"
    dry_run: bool = False

    @property
    def district_limit(self) -> int:
        """How many photos of one district are imported at most."""
        return self.per_district or max(2, -(-self.photos // 100))


@dataclass
class WebSummary(Summary):
    """What an import from the web did; ``ended`` is the limit that ended it: photos, areas or bytes."""

    source: str = ""
    ended: str = ""
    requests: int = 0
    downloaded_bytes: int = 0
    by_state: Counter[str] = field(default_factory=Counter)  # of the collection, afterwards

    def as_dict(self) -> dict[str, object]:
        """The summary as plain values."""
        fields = {
            "source": self.source,
            "ended": self.ended,
            "requests": self.requests,
            "downloaded_bytes": self.downloaded_bytes,
            "by_state": dict(self.by_state.most_common()),
            "planned": [
                {"page": candidate.page_url, "latitude": candidate.latitude, "longitude": candidate.longitude}
                for candidate in self.planned
            ],
        }
        return {name: value for name, value in (super().as_dict() | fields).items() if name != "ignored_columns"}


def import_from_web(
    *, source: Source, request: ImportRequest, restart: bool = False, report: Reporter = SILENT
) -> WebSummary:
    """Import photos from ``source`` into a collection until there are enough or the source is exhausted.

    An interrupted import resumes; ``restart`` discards the checkpoint. Neither imports a photo twice. Raises
    ImportStopped if the source fails, AlreadyRunning, and the exceptions of ``report``.
    """
    checkpoint = Checkpoint.load(source=source.name, scope=source.scope, collection=request.collection)
    with nullcontext() if request.dry_run else checkpoint.locked():
        if restart:
            checkpoint.reset()
            if not request.dry_run:
                checkpoint.save()
        run = _Run(source, request, checkpoint, report)
        try:
            run.process_pages()
        except BudgetSpent:
            run.summary.ended = "bytes"
        except SourceFailed as error:
            raise ImportStopped(str(error), run.final_summary()) from error
        finally:
            source.fetcher.close()
        if not request.dry_run and run.summary.ended != "bytes":
            checkpoint.taken = 0  # this run is complete: the next one imports as many again, from where this one ended
            checkpoint.save()
    return run.final_summary()


class _Run:
    """The state of one running import."""

    def __init__(self, source: Source, request: ImportRequest, checkpoint: Checkpoint, report: Reporter) -> None:
        self.source, self.request, self.checkpoint, self.report = source, request, checkpoint, report
        self.summary = WebSummary(request.collection, source=source.name)
        self.ledger = Ledger(request.district_limit)
        self.ledger.asked.update(checkpoint.asked)
        self.taken = checkpoint.taken
        self.failed_in_a_row = 0  # downloads of pictures that failed after all retries
        self.processed: set[str] = set()  # file names that are imported, or rejected for good
        if request.dry_run:
            self.collection = Collection.objects.filter(name=request.collection).first()
        else:
            self.collection = get_or_create_collection(name=request.collection)
        if self.collection:
            self._load(self.collection)
        of_source = Photo.every.filter(file_name__startswith=f"{source.namespace}/")
        self.elsewhere = {photo.file_name: photo for photo in of_source if photo.file_name not in self.processed}

    def _load(self, collection: Collection) -> None:
        """Count the photos that the collection already holds, from any source."""
        for photo in collection.photos.only("file_name", "state", "district", "latitude", "longitude", "sequence_id"):
            self.processed.add(photo.file_name)
            self.ledger.add(photo.state, photo.district, photo.latitude, photo.longitude, photo.sequence_id)
        final = collection.rejections.exclude(reason__in=RETRIED_LATER).exclude(detail__startswith=FORMER_NO_VIEW)
        self.processed.update(final.values_list("file_name", flat=True))

    def final_summary(self) -> WebSummary:
        """The summary with its totals filled in."""
        self.summary.requests, self.summary.downloaded_bytes = (
            self.source.fetcher.requests,
            self.source.fetcher.received,
        )
        self.summary.by_state = +self.ledger.by_state
        return self.summary

    def process_pages(self) -> None:
        """Process one page after another, each from the next area of the queue, until a limit is reached."""
        failures = 0
        areas = [*self.source.areas(), *self.checkpoint.found]
        queue = AreaQueue(area for area in areas if area.key not in self.checkpoint.exhausted)
        while not self.summary.ended:
            self.report.progress(self.taken, self.request.photos, f"Importing from {self.source.title}")
            area = queue.next(self.ledger) if self.taken < self.request.photos else None
            if area is None:
                self.summary.ended = "photos" if self.taken >= self.request.photos else "areas"
                return
            try:
                page = self._page(area)
            except (DownloadFailed, DownloadRefused) as error:
                failures += 1
                self.report.log(f"{area.key}: {error}")
                if failures == MAX_FAILED_PAGES:
                    raise SourceFailed(f"{MAX_FAILED_PAGES} pages in a row did not come. {error}") from error
                if isinstance(error, DownloadFailed):
                    queue.requeue(area)
                continue
            failures = 0
            if self._process_page(page, area):
                queue.requeue(area)
            queue.add(page.subareas)
            if self.failed_in_a_row >= MAX_FAILED_PICTURES:
                raise SourceFailed(f"{self.failed_in_a_row} pictures in a row did not come.")

    def _page(self, area: Area) -> Page:
        try:
            return self.source.page(area, self.checkpoint.cursors.get(area.key))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            detail = f"{self.source.title} does not answer as it documents ({type(error).__name__}: {error})."
            raise DownloadRefused(detail) from error

    def _process_page(self, page: Page, area: Area) -> bool:
        """Import photos of a page and save the checkpoint. Returns whether the area has more."""
        candidates, faults = self._check(page)
        new, existing, failed = self._fetch(candidates)
        self._store(new, existing, faults | failed)
        some_left = self.ledger.any_eligible(self._unprocessed(candidates))
        retry = any(fault.reason == Reason.DOWNLOAD_FAILED for fault in failed.values())
        self._save_checkpoint(area, page, unfinished=some_left or retry)
        return some_left or page.cursor is not None

    def _unprocessed(self, candidates: list[Candidate]) -> list[Candidate]:
        return [candidate for candidate in candidates if self._name(candidate.source_id) not in self.processed]

    def _name(self, source_id: str) -> str:
        return f"{self.source.namespace}/{source_id}"

    def _check(self, page: Page) -> tuple[list[Candidate], dict[str, Rejected]]:
        """Candidates of a page with valid position and licence, and rejections by name."""
        by_name = {self._name(key): fault for key, fault in page.rejected.items()}
        faults = {name: fault for name, fault in by_name.items() if name not in self.processed}
        fresh = {
            self._name(candidate.source_id): replace(
                candidate, sequence_id=candidate.sequence_id and self._name(candidate.sequence_id)
            )
            for candidate in page.candidates
            if self._name(candidate.source_id) not in self.processed
            and self.request.panoramas in ("keep", "only" if candidate.is_pano else "skip")
        }
        positions = check_positions(
            [candidate.latitude for candidate in fresh.values()],
            [candidate.longitude for candidate in fresh.values()],
            [min(candidate.precision_km, OUTSIDE_LIMIT_KM) for candidate in fresh.values()],
            limit_km=OUTSIDE_LIMIT_KM,
        )
        valid = []
        for (name, candidate), position in zip(fresh.items(), positions, strict=True):
            if isinstance(position, Rejected):
                faults[name] = position
            elif fault := self._licence_fault(candidate):
                faults[name] = fault
            else:
                valid.append(replace(candidate, latitude=position[0], longitude=position[1]))
        return valid, faults

    def _licence_fault(self, candidate: Candidate) -> Rejected | None:
        licence = licence_of(candidate.licence)
        if licence and licence.family in self.request.licences:
            return None
        allowed = ", ".join(name for family, name in FAMILIES.items() if family in self.request.licences)
        detail = f"Has the licence “{candidate.licence[:60] or 'none'}”; allowed are {allowed}."
        return Rejected(Reason.LICENCE, detail)

    def _fetch(self, candidates: list[Candidate]) -> tuple[list[NewPhoto], list[Photo], dict[str, Rejected]]:
        """Download a few candidates of a page: new photos, photos of other collections, and rejections by name."""
        new: list[NewPhoto] = []
        existing: list[Photo] = []
        failed: dict[str, Rejected] = {}
        before = self.taken
        for _ in range(TRIES_PER_PAGE):
            if self.taken - before == PER_PAGE or self.taken == self.request.photos:
                break
            if (candidate := self.ledger.choose(self._unprocessed(candidates))) is None:
                break
            self.report.check()
            name = self._name(candidate.source_id)
            try:
                if self.request.dry_run:
                    self.summary.planned.append(candidate)
                elif photo := self.elsewhere.get(name):
                    if photo.deleted_at:
                        raise rejected_as_removed(photo.file_name, taken_down=bool(photo.taken_down_at))
                    existing.append(photo)
                elif isinstance(fetched := self._photo(candidate, new), Photo):
                    existing.append(fetched)
                else:
                    new.append(fetched)
            except BudgetSpent:
                self.ledger.give_back(candidate)
                self.summary.ended = "bytes"
                break
            except (Rejected, DownloadRefused, DownloadFailed) as error:
                self.ledger.give_back(candidate)
                failed[name] = _as_rejected(error)
                self.failed_in_a_row += isinstance(error, DownloadFailed)
            else:
                self.taken += 1
                self.failed_in_a_row = 0
            self.processed.add(name)  # even if it failed: each candidate is tried once in a run
        return new, existing, failed

    def _photo(self, candidate: Candidate, new: list[NewPhoto]) -> NewPhoto | Photo:
        """Download a candidate; returns a new photo, or the same one from another import. Raises Rejected."""
        name = self._name(candidate.source_id)
        data, suffix = self.source.picture(candidate)
        original_sha256 = hashlib.sha256(data).hexdigest()
        twin = Photo.every.filter(original_sha256=original_sha256).first()
        if twin and twin.deleted_at:
            raise rejected_as_removed(twin.file_name, taken_down=bool(twin.taken_down_at))
        if twin and not (self.collection and self.collection.photos.filter(pk=twin.pk).exists()):
            return twin
        decoded = decode(data, f"{name}{suffix}")
        sha256 = hashlib.sha256(decoded.display).hexdigest()
        twin = twin or Photo.every.filter(sha256=sha256).first()
        if same := [twin.file_name] if twin else [other.file_name for other in new if other.sha256 == sha256]:
            raise Rejected(Reason.EXACT_DUPLICATE, f"Is the same picture as {same[0]}.")
        keep_original(data, original_sha256, suffix)
        licence = licence_of(candidate.licence)
        assert licence is not None  # `_check` has rejected the others
        return NewPhoto(
            file_name=name,
            sha256=store.put(decoded.display),
            original_sha256=original_sha256,
            perceptual_hash=decoded.perceptual_hash,
            width=decoded.width,
            height=decoded.height,
            latitude=candidate.latitude,
            longitude=candidate.longitude,
            fields={
                "precision_km": candidate.precision_km,
                "heading": candidate.heading if candidate.heading is not None else decoded.heading,
                "captured_at": _aware(candidate.captured_at or decoded.captured_at),
                "author": candidate.author,
                "licence": licence.name,
                "source": candidate.page_url if len(candidate.page_url) <= 200 else "",
                "attribution": _credit(candidate, licence, self.source.title),
                "sequence_id": candidate.sequence_id,
                "view_group": candidate.view_group,
                "is_pano": candidate.is_pano,
            },
        )

    def _store(self, new: list[NewPhoto], existing: list[Photo], faults: dict[str, Rejected]) -> None:
        self.processed.update(name for name, fault in faults.items() if fault.reason not in RETRIED_LATER)
        self.summary.rejected |= faults
        if self.collection is None or self.request.dry_run:
            return
        with transaction.atomic():
            self.summary.new += store_photos(collection=self.collection, photos=new) if new else []
            if existing:
                self.collection.photos.add(*existing)
                update_scale(self.collection)
            imported = {photo.file_name for photo in new} | {photo.file_name for photo in existing}
            record_rejections(self.collection, faults, imported=imported)
        self.summary.already_there += len(existing)

    def _save_checkpoint(self, area: Area, page: Page, *, unfinished: bool) -> None:
        """Save the progress. The area moves on to its next page unless this one is unfinished."""
        checkpoint = self.checkpoint
        if not unfinished:
            checkpoint.cursors.pop(area.key, None)
            if page.cursor is None:
                checkpoint.exhausted.add(area.key)
            else:
                checkpoint.cursors[area.key] = page.cursor
        known_keys = {subarea.key for subarea in checkpoint.found}
        checkpoint.found += [subarea for subarea in page.subareas if subarea.key not in known_keys]
        checkpoint.asked, checkpoint.taken = dict(self.ledger.asked), self.taken
        if not self.request.dry_run:
            checkpoint.save()


def _as_rejected(error: Rejected | DownloadRefused | DownloadFailed) -> Rejected:
    if isinstance(error, Rejected):
        return error
    refused = isinstance(error, DownloadRefused)
    return Rejected(Reason.DOWNLOAD_REFUSED if refused else Reason.DOWNLOAD_FAILED, str(error))


def _aware(moment: datetime | None) -> datetime | None:
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment


def _credit(candidate: Candidate, licence: Licence, via: str) -> str:
    """The attribution that the licences require: title, author, licence with its URL, source, and changes made."""
    work = f"{candidate.title} by {candidate.author or 'an unknown author'}" if candidate.title else candidate.author
    if candidate.credit:
        work = ", ".join(filter(None, [candidate.credit, candidate.title]))
    terms = f"{licence.name} ({licence.url})" if licence.url else licence.name
    return ", ".join(filter(None, [work, terms, f"via {via}", "scaled down"]))
