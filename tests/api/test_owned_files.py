"""Nothing that a person owns is ever replaced by a result (faults.md 1.1)."""

import unicodedata
from pathlib import Path

import pytest

MINE = b"what a person made"


def refused(api, project: Path, **fields: object) -> str:
    answer = api.post("/api/add_job", {"local_path": str(project), **fields})
    assert answer.status == 400, answer.text
    return answer.text


def made_by(api, job: dict[str, object]) -> dict[str, bytes]:
    folder = Path(str(job["output_path"]))
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


@pytest.mark.parametrize("existing", [None, "overwrite", "skip", "replace"])
@pytest.mark.parametrize("kind", ["film", "frames"])
def test_what_a_job_reads_is_never_its_result(node, api, tmp_path, unchanged, kind, existing):
    project = node.project(assemble=True, film="shot.fake", named=["shot_0002.png"])
    here = project.rename(tmp_path / "shot.fake")
    (tmp_path / "shot_0002.png").write_bytes(MINE)
    if kind == "frames":
        here.write_text(here.read_text().replace('"assemble": true, ', ""))
    before = here.read_bytes()
    words = refused(api, here, output_path=str(tmp_path), **({"existing": existing} if existing else {}))
    assert ("shot.fake" if kind == "film" else "shot_0002.png") in words
    assert "reads" in words
    assert (here.read_bytes(), (tmp_path / "shot_0002.png").read_bytes()) == (before, MINE)


def test_files_that_zordon_did_not_make_stay_unless_a_person_says_replace(node, api, tmp_path):
    project = node.project((1, 6))
    for number in range(2, 7):
        (tmp_path / f"shot_{number:04d}.png").write_bytes(MINE)
    fields = {"output_path": str(tmp_path), "name": "shot"}
    words = refused(api, project, **fields)
    assert "5 of the results" in words
    assert "shot_0002.png, shot_0003.png, shot_0004.png and 2 more" in words
    assert all(word in words for word in ("skip", "replace", "folder"))

    job = api.wait_ended(api.add(project, existing="replace", **fields)["id"])
    assert job["status"] == "completed"
    assert MINE not in made_by(api, job).values()


def test_what_zordon_made_is_replaced_while_it_is_as_it_was_made(node, api, tmp_path):
    fields = {"output_path": str(tmp_path), "name": "shot"}
    first = api.wait_ended(api.add(node.project(seed=1), **fields)["id"])
    before = made_by(api, first)
    second = api.wait_ended(api.add(node.project(seed=2), **fields)["id"])
    assert second["status"] == "completed"
    assert made_by(api, second).keys() == before.keys()
    assert not set(made_by(api, second).values()) & set(before.values())

    retouched = tmp_path / "shot_0003.png"
    retouched.write_bytes(MINE)
    assert "shot_0003.png" in refused(api, node.project(seed=3), **fields)
    assert "shot_0003.png" in api.post(f"/api/jobs/{second['id']}/rerender", {"frames": "3"}).refused(400)
    assert retouched.read_bytes() == MINE
    assert api.post(f"/api/jobs/{second['id']}/rerender", {"frames": "2"}).status == 200
    assert api.wait_ended(second["id"])["status"] == "completed"


@pytest.mark.parametrize("other", ["SHOT", "Shot"])
def test_a_second_job_that_would_make_the_same_names_is_refused_before_it_starts(node, api, tmp_path, other):
    first = node.paused(output_path=str(tmp_path), name="shot")
    words = refused(api, node.project(), output_path=f"{tmp_path}/", name=other)
    assert "'shot'" in words
    assert "0001.png" in words
    linked = tmp_path.with_name(f"{tmp_path.name}-linked")
    linked.symlink_to(tmp_path)
    assert "'shot'" in refused(api, node.project(), output_path=str(linked), name=other)
    both = [{"local_path": str(node.project()), "output_path": str(tmp_path), "name": "two"} for _ in "ab"]
    api.post("/api/add_job", both).refused(400)
    api.post(f"/api/jobs/{first['id']}/delete", confirm=1)
    api.add(node.project(), output_path=str(tmp_path), name=other, paused=True)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_that_differ_in_their_form_only_are_the_same(node, api, tmp_path, form):
    lying = tmp_path / unicodedata.normalize(form, "Größe_0002.png")
    lying.write_bytes(MINE)
    words = refused(api, node.project(), output_path=str(tmp_path), name=unicodedata.normalize("NFD", "GRÖßE"))
    assert lying.name in words


def test_what_comes_into_the_folder_after_the_job_stays_and_the_job_says_so(node, api, tmp_path):
    job = node.paused(output_path=str(tmp_path), name="shot")
    late = tmp_path / "shot_0002.png"
    late.write_bytes(MINE)
    api.post(f"/api/jobs/{job['id']}/resume")
    ended = api.wait_ended(job["id"])
    assert ended["status"] == "error"
    assert "shot_0002.png" in ended["reason"]
    assert late.read_bytes() == MINE
    assert not list(tmp_path.glob(".*.part"))

    late.rename(tmp_path / "mine.png")
    api.post(f"/api/jobs/{job['id']}/retry")
    assert api.wait_ended(job["id"])["status"] == "completed"


def test_a_film_whose_name_was_taken_meanwhile_is_joined_when_it_is_free(node, api, tmp_path):
    project = node.project(assemble=True, film="film.png")
    job = api.add(project, output_path=str(tmp_path), paused=True)
    (tmp_path / "film.png").symlink_to(project)
    api.post(f"/api/jobs/{job['id']}/resume")
    ended = api.wait_ended(job["id"])
    assert (ended["status"], "film.png" in ended["reason"]) == ("error", True)
    (tmp_path / "film.png").unlink()
    api.post(f"/api/jobs/{job['id']}/retry")
    assert api.wait_ended(job["id"])["status"] == "completed"


def test_with_skip_a_file_that_does_not_count_is_named_before_anything_is_rendered(node, api, tmp_path):
    (tmp_path / "shot_0002.png").write_bytes(MINE)
    job = api.add(node.project(), output_path=str(tmp_path), name="shot", existing="skip")
    ended = api.wait_ended(job["id"])
    assert (ended["status"], ended["units"]["done"]) == ("error", 0)
    assert "shot_0002.png" in ended["reason"]
    assert (tmp_path / "shot_0002.png").read_bytes() == MINE


def test_parts_of_other_programs_stay(node, api, tmp_path):
    theirs = tmp_path / ".holiday.mp4.part"
    theirs.write_bytes(MINE)
    job = api.wait_ended(api.add(node.project(), output_path=str(tmp_path))["id"])
    api.post(f"/api/jobs/{job['id']}/delete", confirm=1)
    assert theirs.read_bytes() == MINE
