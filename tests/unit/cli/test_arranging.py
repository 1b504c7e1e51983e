import pytest

from zordon_app.cli.arranging import arrange

VERBS = {"list", "render", "status"}


@pytest.mark.parametrize(
    ("typed", "arranged"),
    [
        (["list", "--json"], ["--json", "list"]),
        (["list", "--host", "atlas", "-s", "error"], ["--host", "atlas", "list", "-s", "error"]),
        (["list", "--host=atlas", "-q"], ["--host=atlas", "-q", "list"]),
        (["render", "--", "--json"], ["render", "--", "--json"]),
        (["list", "--host"], ["list", "--host"]),
        ([], []),
    ],
)
def test_global_options_may_stand_anywhere(typed, arranged):
    assert arrange(typed, VERBS) == arranged


def test_files_alone_open_the_app(tmp_path):
    file = tmp_path / "shot.blend"
    file.touch()

    assert arrange([str(file), "-v"], VERBS) == ["-v", "app", str(file)]


def test_a_file_named_like_a_verb_does_not_hide_the_verb(tmp_path, monkeypatch):
    (tmp_path / "list").touch()
    monkeypatch.chdir(tmp_path)

    assert arrange(["list"], VERBS) == ["list"]
