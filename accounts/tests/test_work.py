"""Due tasks: accepted once, done at least once, never lost with a nudge, a worker or a wish that came meanwhile."""

import datetime as dt
import threading
import time
import uuid

import pytest
import time_machine
from celery import Celery
from django.db import connection
from django.utils import timezone

from accounts import work
from accounts.models import DueTask, Organisation
from accounts.tasks import run_due
from accounts.tenancy import NoOrganisation, acting_for
from jini import celery_app
from jini.lib.work import handler, handler_of_many

taken: list[uuid.UUID] = []
answers: dict[uuid.UUID, object] = {}


@handler("tests.step")
def step(organisation, subject_id):
    taken.append(subject_id)
    answer = answers.get(subject_id)
    if isinstance(answer, Exception):
        raise answer
    return answer(organisation, subject_id) if callable(answer) else answer


together: list[list[uuid.UUID]] = []
poison: set[uuid.UUID] = set()


@handler_of_many("tests.together", queue="bulk", most=3)
def steps(organisation, subject_ids):
    together.append(list(subject_ids))
    if poison & set(subject_ids):
        raise ZeroDivisionError


def mine():
    """The tasks of these tests: an organisation owes others from its founding."""
    return DueTask.objects.filter(task="tests.step")


@pytest.fixture(autouse=True)
def _forget():
    taken.clear()
    answers.clear()
    together.clear()
    poison.clear()


def test_a_task_is_owed_in_the_transaction_of_its_cause(organisation):
    with pytest.raises(ZeroDivisionError):
        _schedule_and_fail(organisation)

    assert mine().count() == 0


def test_scheduling_outside_a_scope_raises(db):
    with pytest.raises(NoOrganisation):
        work.schedule("tests.step", uuid.uuid4())


def test_scheduling_an_unknown_task_raises(scope):
    with pytest.raises(KeyError):
        work.schedule("tests.nobody_does_this", uuid.uuid4())


def test_asking_twice_owes_it_once_at_the_earlier_time(scope):
    subject, now = uuid.uuid4(), timezone.now()

    work.schedule("tests.step", subject, due_at=now)
    work.schedule("tests.step", subject, due_at=now + dt.timedelta(hours=1))

    assert mine().get().due_at == now


def test_a_due_task_is_done_and_gone(scope):
    subject = uuid.uuid4()
    work.schedule("tests.step", subject)

    assert run_due("default") == 1

    assert taken == [subject]
    assert mine().count() == 0


def test_a_task_of_another_queue_or_of_later_waits(scope):
    work.schedule("tests.step", uuid.uuid4(), due_at=timezone.now() + dt.timedelta(minutes=1))

    assert run_due("default") == run_due("bulk") == 0


def test_a_task_may_ask_to_be_called_again(scope):
    subject, later = uuid.uuid4(), timezone.now() + dt.timedelta(minutes=5)
    answers[subject] = later
    work.schedule("tests.step", subject)

    run_due("default")

    row = mine().get()
    assert (row.due_at, row.lease_until, row.attempts) == (later, None, 0)


def test_a_failing_task_is_put_off_and_does_not_stop_the_queue(scope, caplog):
    bad, good = uuid.uuid4(), uuid.uuid4()
    answers[bad] = ZeroDivisionError()
    work.schedule("tests.step", bad)
    work.schedule("tests.step", good)

    assert run_due("default") == 2

    row = mine().get()
    assert (row.subject_id, row.last_error, row.attempts, row.lease_until) == (bad, "ZeroDivisionError", 1, None)
    assert row.due_at > timezone.now()
    assert "work.failed" in caplog.text


def test_a_wish_that_comes_while_the_step_runs_is_carried_out_too(scope):
    subject = uuid.uuid4()

    def ask_again(organisation, subject_id):
        answers.clear()
        work.schedule("tests.step", subject_id)

    answers[subject] = ask_again
    work.schedule("tests.step", subject)

    run_due("default")

    assert taken == [subject, subject]
    assert mine().count() == 0


def test_a_task_in_hand_is_not_taken_again_until_its_lease_ends(scope):
    work.schedule("tests.step", uuid.uuid4())
    first = work.claim("default")

    assert work.claim("default") is None
    with time_machine.travel(timezone.now() + work.LEASE + dt.timedelta(seconds=1)):
        again = work.claim("default")

    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_one_task_at_the_same_time(organisation):
    with acting_for(organisation):
        for _ in range(20):
            work.schedule("tests.step", uuid.uuid4())
    claimed: list[uuid.UUID] = []

    def take() -> None:
        while (task := work.claim("default")) is not None:
            claimed.append(task.id)
        connection.close()

    workers = [threading.Thread(target=take) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(claimed) == len(set(claimed)) == 20


@pytest.mark.django_db(transaction=True)
def test_a_lost_nudge_loses_nothing(organisation, caplog):

    # Port 1 answers nobody, as a broker does that is gone.
    Celery("gone", broker="redis://127.0.0.1:1/0", set_as_current=False).set_current()
    try:
        with acting_for(organisation):
            work.schedule("tests.step", uuid.uuid4())
    finally:
        celery_app.set_current()

    assert mine().count() == 1
    assert "work.nudge_lost" in caplog.text


def owe_together(count):
    subjects = [uuid.uuid4() for _ in range(count)]
    for subject in subjects:
        work.schedule("tests.together", subject)
    return subjects


def test_what_is_done_together_is_taken_in_handfuls(scope):
    subjects = owe_together(7)

    assert run_due("bulk") == 7

    assert sorted(map(len, together)) == [1, 3, 3]
    assert {subject for handful in together for subject in handful} == set(subjects)
    assert DueTask.objects.filter(task="tests.together").count() == 0


def test_together_means_one_organisation(organisation, rival):
    for each in (organisation, rival, organisation, rival):
        with acting_for(each):
            owe_together(1)

    run_due("bulk")

    assert [len(handful) for handful in together] == [2, 2]


def test_of_a_handful_only_the_one_to_blame_is_put_off(scope, caplog):
    good, bad, other = owe_together(3)
    poison.add(bad)

    run_due("bulk")

    row = DueTask.objects.get(task="tests.together")
    assert (row.subject_id, row.last_error, row.lease_until) == (bad, "ZeroDivisionError", None)
    assert row.due_at > timezone.now()
    assert "work.taken_one_by_one" in caplog.text
    assert [good] in together
    assert [other] in together


def test_a_wish_that_comes_while_a_handful_is_carried_out_stays_owed(scope):
    [subject] = owe_together(1)
    first = work.claim("bulk")
    work.schedule("tests.together", subject)

    work.run(first)

    row = DueTask.objects.get(task="tests.together")
    assert (row.lease_until, row.attempts) == (None, 0)


def test_a_handful_of_a_worker_that_died_is_free_after_a_short_while(scope):
    owe_together(1)
    first = work.claim("bulk")

    assert work.claim("bulk") is None
    with time_machine.travel(timezone.now() + work.SHORT_LEASE + dt.timedelta(seconds=1)):
        assert work.claim("bulk").id == first.id


@pytest.fixture
def queue():
    """A queue that no worker reads; the broker keeps nothing of it."""
    name = f"tests-{uuid.uuid4()}"
    yield name
    with celery_app.connection_for_write() as broker:
        broker.default_channel.client.delete(name)


def messages(queue):
    """How many messages wait for the workers of `queue` at the broker."""
    with celery_app.connection_for_read() as broker:
        return broker.default_channel.client.llen(queue)


def test_a_burst_wakes_a_worker_twice(queue):
    for _ in range(50):
        work.wake(queue)

    assert messages(queue) == 2


def test_after_a_burst_a_worker_is_woken_at_once_again(queue):
    work.wake(queue)
    time.sleep(work.BURST_SECONDS * 1.2)

    work.wake(queue)

    assert messages(queue) == 2


def test_while_the_broker_is_gone_one_in_a_while_finds_out(queue, caplog):
    Celery("gone", broker="redis://127.0.0.1:1/0", set_as_current=False).set_current()
    try:
        for _ in range(20):
            work.wake(queue)
    finally:
        celery_app.set_current()

    assert caplog.text.count("work.nudge_lost") == 1


def _schedule_and_fail(organisation: Organisation) -> None:
    with acting_for(organisation):
        work.schedule("tests.step", uuid.uuid4())
        raise ZeroDivisionError
