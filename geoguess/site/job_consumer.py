"""A job's socket, for staff who may view jobs: a snapshot on connecting, then each change that the worker sends."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.utils import timezone

from geoguess.site.sockets import NOT_FOUND, PingConsumer, of_users
from pipeline.jobs.messages import Snapshot, job_group, snapshot
from pipeline.jobs.services import interrupt_dead_jobs
from pipeline.models import Job

REFRESH_EVERY_S = 5.0  # from the row: a dead worker sends no changes, and messages can be lost


class JobConsumer(PingConsumer):
    """One tab's view of one job."""

    job_id: int | None = None
    revision = -1  # of the last content sent to the tab
    refresh_task: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        job_id = self.scope["url_route"]["kwargs"]["pk"]
        if not await self._may_view() or await self._snapshot(job_id) is None:
            await self.close(NOT_FOUND)
            return
        self.job_id = job_id
        await self.channel_layer.group_add(job_group(job_id), self.channel_name)
        await self.accept()
        await of_users.add(self.scope["user"].pk, self)
        self.refresh_task = asyncio.create_task(self._refresh_regularly(job_id))

    async def disconnect(self, code: int) -> None:
        if self.refresh_task:
            self.refresh_task.cancel()
        if self.job_id is not None:
            of_users.remove(self.scope["user"].pk, self)
            await self.channel_layer.group_discard(job_group(self.job_id), self.channel_name)

    async def job_changed(self, event: dict[str, Any]) -> None:
        change = event["change"]
        if change["revision"] == self.revision + 1:
            self.revision = change["revision"]
            await self.send_json(change)
        elif change["revision"] > self.revision and self.job_id is not None:
            await self._send_snapshot(self.job_id)

    async def _refresh_regularly(self, job_id: int) -> None:
        while await self._may_view():
            await self._send_snapshot(job_id)
            await asyncio.sleep(REFRESH_EVERY_S)
        await self.close(NOT_FOUND)  # logged out, or the permission was taken away

    async def _send_snapshot(self, job_id: int) -> None:
        """Send the job, unless the tab has this revision already."""
        content = await self._snapshot(job_id)
        if content and content["revision"] > self.revision:
            self.revision = content["revision"]
            await self.send_json(content)

    @database_sync_to_async
    def _snapshot(self, job_id: int) -> Snapshot | None:
        now = timezone.now()
        interrupt_dead_jobs(now=now)
        job = Job.objects.filter(pk=job_id).first()
        return snapshot(job, now) if job else None

    @database_sync_to_async
    def _may_view(self) -> bool:
        """Queried each time, because the socket may outlive the session or the permission."""
        session, user_id = self.scope["session"], self.scope["user"].pk
        user = get_user_model().objects.filter(pk=user_id, is_active=True, is_staff=True).first()
        return user is not None and user.has_perm("pipeline.view_job") and session.exists(session.session_key)
