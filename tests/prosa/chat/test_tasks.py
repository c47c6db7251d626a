"""Every task has an owner: a failure is logged, and nothing outlives the worker."""

import asyncio
import logging
from typing import Any

import pytest

from prosa.chat.tasks import Tasks


@pytest.mark.gen_test
async def test_a_failure_is_logged_with_the_name_of_its_task(
    io_loop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise ValueError("broken")

    with caplog.at_level(logging.ERROR):
        task = Tasks().start("fill 1", fail())
        await asyncio.wait([task])
        await asyncio.sleep(0)
    assert "task_failed name=fill 1" in caplog.text
    assert "broken" in caplog.text


@pytest.mark.gen_test
async def test_closing_ends_what_runs(io_loop: Any) -> None:
    tasks = Tasks()
    task = tasks.start("for ever", asyncio.Event().wait())  # type: ignore[arg-type]
    await tasks.close()
    assert task.cancelled()
