"""The one loop of all imports from the web: page → candidates → checks → pictures → photos, until there are enough.

After each page its photos are stored and the checkpoint is saved, so that a stopped import goes on where it was.
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
from pipeline.importers.spread import Ledger, Rounds
from pipeline.intake.checks import Reason, Rejected, check_positions, gone
from pipeline.intake.decoding import decode
from pipeline.intake.service import Summary, keep_original, record_rejections
from pipeline.intake.storing import NewPhoto, get_collection, store_photos, update_scale
from pipeline.models import Collection, Photo
from pipeline.support.progress import SILENT, Reporter
from predictor.pictures import store

OUTSIDE_LIMIT_KM = 0.3  # a beach or a pier, not a town beyond the border
PER_PAGE = 4  # photos taken from one answer before others have their turn
TRIES_PER_PAGE = 2 * PER_PAGE  # some pictures do not come, or are no good
FAILURES = 3  # pages in a row; then the source does not work
LOST = 10  # pictures in a row; then their host does not work
PASSING = {Reason.DOWNLOAD_FAILED, Reason.LICENCE}  # what was turned away so is looked at again by a later import


class Stopped(Exception):
    """The import ended early; ``summary`` is what it did until then. Running it again goes on."""

    def __init__(self, reason: str, summary: WebSummary) -> None:
        super().__init__(reason)
        self.summary = summary


@dataclass(frozen=True)
class Wanted:
    """What to import: how many photos in this run, how many of each district at most (0: it follows), of which kind.

    ``licences`` are families of `FAMILIES`, ``panoramas`` is one of `sources.PANORAMAS`. A dry run looks at pages,
    downloads no pictures and changes nothing.
    """

    collection: str
    photos: int = 500
    per_district: int = 0
    licences: frozenset[str] = frozenset(FAMILIES)
    panoramas: str = "skip"
    dry_run: bool = False

    @property
    def most_of_district(self) -> int:
        return self.per_district or max(2, -(-self.photos // 100))


@dataclass
class WebSummary(Summary):
    """What an import from the web did; ``ended`` names what ran out: photos, areas or bytes."""

    source: str = ""
    ended: str = ""
    requests: int = 0
    downloaded_bytes: int = 0
    by_state: Counter[str] = field(default_factory=Counter)  # of the collection, afterwards
    planned: list[Candidate] = field(default_factory=list)  # by a dry run

    def as_dict(self) -> dict[str, object]:
        """The summary as plain values."""
        own = {
            "source": self.source,
            "ended": self.ended,
            "requests": self.requests,
            "downloaded_bytes": self.downloaded_bytes,
            "by_state": dict(self.by_state.most_common()),
            "planned": [
                {"page": one.page_url, "latitude": one.latitude, "longitude": one.longitude} for one in self.planned
            ],
        }
        return {name: value for name, value in (super().as_dict() | own).items() if name != "ignored_columns"}


def import_from_web(*, source: Source, wanted: Wanted, restart: bool = False, report: Reporter = SILENT) -> WebSummary:
    """Take photos from ``source`` into a collection until there are enough or nothing is left.

    A stopped import goes on where it was; ``restart`` asks everywhere anew. No photo is taken twice either way.
    Raises Stopped when the source fails, AlreadyRunning, and what ``report`` raises.
    """
    checkpoint = Checkpoint.load(source=source.name, scope=source.scope, collection=wanted.collection)
    with nullcontext() if wanted.dry_run else checkpoint.locked():
        if restart:
            checkpoint.forget()
        run = _Run(source, wanted, checkpoint, report)
        try:
            run.until_the_end()
        except BudgetSpent:
            run.summary.ended = "bytes"
        except SourceFailed as error:
            raise Stopped(str(error), run.count_up()) from error
        finally:
            source.fetcher.close()
        if not wanted.dry_run and run.summary.ended != "bytes":
            checkpoint.taken = 0  # this run is complete: the next one takes as many again, and goes on behind it
            checkpoint.save()
    return run.count_up()


class _Run:
    """One import while it runs."""

    def __init__(self, source: Source, wanted: Wanted, checkpoint: Checkpoint, report: Reporter) -> None:
        self.source, self.wanted, self.checkpoint, self.report = source, wanted, checkpoint, report
        self.summary = WebSummary(wanted.collection, source=source.name)
        self.ledger = Ledger(wanted.most_of_district)
        self.ledger.asked.update(checkpoint.asked)
        self.taken = checkpoint.taken
        self.lost_in_a_row = 0  # pictures that did not come, though asked for patiently
        self.seen: set[str] = set()  # names in no need of a look: taken, or turned away for good
        if wanted.dry_run:
            self.collection = Collection.objects.filter(name=wanted.collection).first()
        else:
            self.collection = get_collection(name=wanted.collection)
        if self.collection:
            self._recall(self.collection)
        own = Photo.every.filter(file_name__startswith=f"{source.namespace}/")
        self.elsewhere = {photo.file_name: photo for photo in own if photo.file_name not in self.seen}

    def _recall(self, collection: Collection) -> None:
        """What the collection holds counts, whichever source it came from."""
        for photo in collection.photos.only("file_name", "state", "district", "latitude", "longitude", "sequence_id"):
            self.seen.add(photo.file_name)
            self.ledger.add(photo.state, photo.district, photo.latitude, photo.longitude, photo.sequence_id)
        final = collection.rejections.exclude(reason__in=PASSING)
        self.seen.update(final.values_list("file_name", flat=True))

    def count_up(self) -> WebSummary:
        """The summary with its totals."""
        self.summary.requests, self.summary.downloaded_bytes = (
            self.source.fetcher.requests,
            self.source.fetcher.received,
        )
        self.summary.by_state = +self.ledger.by_state
        return self.summary

    def until_the_end(self) -> None:
        """Page after page, each from the area whose turn it is."""
        failures = 0
        areas = [*self.source.areas(), *self.checkpoint.found]
        rounds = Rounds(area for area in areas if area.key not in self.checkpoint.exhausted)
        while not self.summary.ended:
            self.report.progress(self.taken, self.wanted.photos, f"Importing from {self.source.title}")
            area = rounds.next(self.ledger) if self.taken < self.wanted.photos else None
            if area is None:
                self.summary.ended = "photos" if self.taken >= self.wanted.photos else "areas"
                return
            try:
                page = self._page(area)
            except (DownloadFailed, DownloadRefused) as error:
                failures += 1
                self.report.log(f"{area.key}: {error}")
                if failures == FAILURES:
                    raise SourceFailed(f"{FAILURES} pages in a row did not come. {error}") from error
                if isinstance(error, DownloadFailed):
                    rounds.again(area)
                continue
            failures = 0
            if self._work_through(page, area):
                rounds.again(area)
            rounds.add(page.found)
            if self.lost_in_a_row >= LOST:
                raise SourceFailed(f"{self.lost_in_a_row} pictures in a row did not come.")

    def _page(self, area: Area) -> Page:
        try:
            return self.source.page(area, self.checkpoint.cursors.get(area.key))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            detail = f"{self.source.title} does not answer as it documents ({type(error).__name__}: {error})."
            raise DownloadRefused(detail) from error

    def _work_through(self, page: Page, area: Area) -> bool:
        """Take what this page gives and note where the area stands; whether it has more."""
        candidates, faults = self._checked(page)
        new, known, lost = self._fetched(candidates)
        self._store(new, known, faults | lost)
        left = self.ledger.are_left(self._unseen(candidates))
        failed = any(fault.reason == Reason.DOWNLOAD_FAILED for fault in lost.values())
        self._note(area, page, left or failed)
        return left or page.cursor is not None

    def _unseen(self, candidates: list[Candidate]) -> list[Candidate]:
        return [one for one in candidates if self._name(one.source_id) not in self.seen]

    def _name(self, source_id: str) -> str:
        return f"{self.source.namespace}/{source_id}"

    def _checked(self, page: Page) -> tuple[list[Candidate], dict[str, Rejected]]:
        """Candidates of a page that may be taken, and by name what is turned away."""
        faults = {self._name(key): fault for key, fault in page.rejected.items() if self._name(key) not in self.seen}
        fresh = {
            self._name(one.source_id): replace(one, sequence_id=one.sequence_id and self._name(one.sequence_id))
            for one in page.candidates
            if self._name(one.source_id) not in self.seen
            and self.wanted.panoramas in ("keep", "only" if one.is_pano else "skip")
        }
        positions = check_positions(
            [one.latitude for one in fresh.values()],
            [one.longitude for one in fresh.values()],
            [min(one.precision_km, OUTSIDE_LIMIT_KM) for one in fresh.values()],
            limit_km=OUTSIDE_LIMIT_KM,
        )
        for (name, one), misplaced in zip(fresh.items(), positions, strict=True):
            if fault := misplaced or self._licence_fault(one):
                faults[name] = fault
        return [one for name, one in fresh.items() if name not in faults], faults

    def _licence_fault(self, candidate: Candidate) -> Rejected | None:
        licence = licence_of(candidate.licence)
        if licence and licence.family in self.wanted.licences:
            return None
        allowed = ", ".join(name for family, name in FAMILIES.items() if family in self.wanted.licences)
        detail = f"Has the licence “{candidate.licence[:60] or 'none'}”; allowed are {allowed}."
        return Rejected(Reason.LICENCE, detail)

    def _fetched(self, candidates: list[Candidate]) -> tuple[list[NewPhoto], list[Photo], dict[str, Rejected]]:
        """New photos, photos that are there already, and what did not come or is no good; a few of each page."""
        new: list[NewPhoto] = []
        known: list[Photo] = []
        lost: dict[str, Rejected] = {}
        before = self.taken
        for _ in range(TRIES_PER_PAGE):
            if self.taken - before == PER_PAGE or self.taken == self.wanted.photos:
                break
            if (candidate := self.ledger.choose(self._unseen(candidates))) is None:
                break
            self.report.check()
            name = self._name(candidate.source_id)
            try:
                if self.wanted.dry_run:
                    self.summary.planned.append(candidate)
                elif photo := self.elsewhere.get(name):
                    if photo.deleted_at:
                        raise gone(photo.file_name, taken_down=bool(photo.taken_down_at))
                    known.append(photo)
                elif isinstance(found := self._photo(candidate, new), Photo):
                    known.append(found)
                else:
                    new.append(found)
            except BudgetSpent:
                self.ledger.give_back(candidate)
                self.summary.ended = "bytes"
                break
            except (Rejected, DownloadRefused, DownloadFailed) as error:
                self.ledger.give_back(candidate)
                lost[name] = _as_rejected(error)
                self.lost_in_a_row += isinstance(error, DownloadFailed)
            else:
                self.taken += 1
                self.lost_in_a_row = 0
            self.seen.add(name)  # whatever became of it, not twice in a run
        return new, known, lost

    def _photo(self, candidate: Candidate, beside: list[NewPhoto]) -> NewPhoto | Photo:
        """The photo of a candidate, or the one that another import took in before. Raises Rejected."""
        name = self._name(candidate.source_id)
        data, suffix = self.source.picture(candidate)
        original_sha256 = hashlib.sha256(data).hexdigest()
        twin = Photo.every.filter(original_sha256=original_sha256).first()
        if twin and twin.deleted_at:
            raise gone(twin.file_name, taken_down=bool(twin.taken_down_at))
        if twin and not (self.collection and self.collection.photos.filter(pk=twin.pk).exists()):
            return twin
        decoded = decode(data, f"{name}{suffix}")
        sha256 = hashlib.sha256(decoded.display).hexdigest()
        twin = twin or Photo.every.filter(sha256=sha256).first()
        if same := [twin.file_name] if twin else [other.file_name for other in beside if other.sha256 == sha256]:
            raise Rejected(Reason.EXACT_DUPLICATE, f"Is the same picture as {same[0]}.")
        keep_original(data, original_sha256, suffix)
        licence = licence_of(candidate.licence)
        assert licence is not None  # others were turned away
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

    def _store(self, new: list[NewPhoto], known: list[Photo], faults: dict[str, Rejected]) -> None:
        self.seen.update(name for name, fault in faults.items() if fault.reason not in PASSING)
        self.summary.rejected |= faults
        if self.collection is None or self.wanted.dry_run:
            return
        with transaction.atomic():
            self.summary.new += store_photos(collection=self.collection, photos=new) if new else []
            if known:
                self.collection.photos.add(*known)
                update_scale(self.collection)
            taken = {photo.file_name for photo in new} | {photo.file_name for photo in known}
            record_rejections(self.collection, faults, taken=taken)
        self.summary.already_there += len(known)

    def _note(self, area: Area, page: Page, unfinished: bool) -> None:
        """Where the area stands: it goes on behind this page once nothing is to be had from it any more."""
        notes = self.checkpoint
        if not unfinished:
            notes.cursors.pop(area.key, None)
            if page.cursor is None:
                notes.exhausted.add(area.key)
            else:
                notes.cursors[area.key] = page.cursor
        known = {one.key for one in notes.found}
        notes.found += [one for one in page.found if one.key not in known]
        notes.asked, notes.taken = dict(self.ledger.asked), self.taken
        if not self.wanted.dry_run:
            notes.save()


def _as_rejected(error: Rejected | DownloadRefused | DownloadFailed) -> Rejected:
    if isinstance(error, Rejected):
        return error
    refused = isinstance(error, DownloadRefused)
    return Rejected(Reason.DOWNLOAD_REFUSED if refused else Reason.DOWNLOAD_FAILED, str(error))


def _aware(moment: datetime | None) -> datetime | None:
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment


def _credit(candidate: Candidate, licence: Licence, via: str) -> str:
    """What the licences ask to name: title, author, licence with its address, where it comes from, what was changed."""
    work = f"{candidate.title} by {candidate.author or 'an unknown author'}" if candidate.title else candidate.author
    terms = f"{licence.name} ({licence.url})" if licence.url else licence.name
    return ", ".join(filter(None, [work, terms, f"via {via}", "scaled down"]))
