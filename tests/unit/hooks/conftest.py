import pytest

from zordon_app.domain.ids import JobId
from zordon_app.domain.news import Event, News


@pytest.fixture
def news():
    return News(
        event=Event.FAILED,
        text="Übersicht failed on atlas. There is no camera.",
        job=JobId("b3b0c0de"),
        name="Übersicht",
        engine="blender",
        reason="There is no camera.",
        output_path="/renders/shot",
        done=3,
        failed=1,
        total=4,
        machine="atlas",
    )
