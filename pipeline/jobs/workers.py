"""Which worker processes are running: asks them over the broker, with a time limit."""

from __future__ import annotations

import redis
from celery import current_app
from kombu.exceptions import OperationalError

CONNECT_S = 1.0
ANSWER_S = 0.5  # Celery always waits this long, as it cannot know how many workers will answer
NO_BROKER = "The broker does not answer, so no job can start. Start the site (manage.py up)."


class BrokerAway(Exception):
    """The broker cannot be reached, so no worker can be asked."""

    def __init__(self) -> None:
        super().__init__(NO_BROKER)


def worker_queues() -> dict[str, list[str]]:
    """The queues of each worker that answers, by the worker's name. Raises BrokerAway."""
    limits = {"socket_connect_timeout": CONNECT_S, "socket_timeout": CONNECT_S, "max_retries": 0}
    options = current_app.conf.broker_transport_options | limits
    try:
        with current_app.connection_for_write(transport_options=options) as connection:
            answers = current_app.control.inspect(timeout=ANSWER_S, connection=connection).active_queues() or {}
    except (OperationalError, redis.RedisError, OSError) as error:
        raise BrokerAway from error
    return {worker: sorted(queue["name"] for queue in queues) for worker, queues in sorted(answers.items())}
