"""Celery is set so that a worker that dies loses nothing: its tasks are handed out again."""

from smplat.celery import app


def test_tasks_are_acknowledged_only_when_they_are_done() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_no_task_runs_longer_than_the_broker_waits_before_it_hands_it_out_again() -> None:
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]


def test_every_scheduled_task_is_registered() -> None:
    from smplat import schedules

    app.loader.import_default_modules()
    assert {schedule.task for schedule in schedules.registered()} <= set(app.tasks)
