import pytest

from zordon_app.desktop.closing import Answer, Choice, answer_closing, count_active, read_choice


def closing(**changes) -> Answer:
    usual = {"owns_node": True, "active": 1, "wanted": None, "can_ask": True, "already_asked": False}
    return answer_closing(**{**usual, **changes})


def test_closing_while_jobs_run_asks():
    assert closing() is Answer.ASK


def test_closing_without_work_ends_the_program():
    assert closing(active=0) is Answer.END
    assert closing(active=0, wanted=Choice.BACKGROUND) is Answer.END


def test_a_window_over_a_node_of_somebody_else_just_closes():
    assert closing(owns_node=False) is Answer.END
    assert closing(owns_node=False, wanted=Choice.BACKGROUND) is Answer.END


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        (Choice.BACKGROUND, Answer.HIDE),
        (Choice.AFTER, Answer.HIDE),
        (Choice.QUIT, Answer.END),
        (Choice.STAY, Answer.ASK),
    ],
)
def test_what_was_said_before_is_done_without_asking(wanted, answer):
    assert closing(wanted=wanted) is answer


def test_pressing_close_again_at_the_question_loses_no_work():
    assert closing(already_asked=True) is Answer.HIDE


def test_a_page_that_is_not_there_cannot_be_asked():
    assert closing(can_ask=False) is Answer.HIDE


def test_jobs_that_wait_for_people_or_have_ended_are_not_active():
    counts = {"running": 2, "configuring": 1, "waiting_for_subjobs": 1, "paused": 7, "completed": 9, "not_started": 3}

    assert count_active(counts) == 4
    assert count_active({}) == 0


@pytest.mark.parametrize("text", ["", "ask", "Quit", "quit; rm"])
def test_only_known_choices_are_choices(text):
    assert read_choice(text) is None
    assert read_choice("quit") is Choice.QUIT
