"""What goes into the add-on's zip, and what of its folder stays out."""

import io
import py_compile
import shutil
import zipfile

import pytest

from zordon_app.api.addon import SOURCE, addon_zip

pytestmark = pytest.mark.packaging


@pytest.fixture
def clean(tmp_path):
    """A copy of the folder in which no Python has run."""
    return shutil.copytree(SOURCE, tmp_path / "zordon_submit", ignore=shutil.ignore_patterns("__pycache__"))


def test_the_zip_holds_every_file_of_the_add_on(clean):
    names = zipfile.ZipFile(io.BytesIO(addon_zip(clean))).namelist()
    assert names == sorted(f"zordon_submit/{path.name}" for path in clean.iterdir())


def test_what_python_and_editors_leave_in_the_folder_changes_no_byte_of_the_zip(clean):
    before = addon_zip(clean)
    for path in clean.glob("*.py"):
        py_compile.compile(str(path))
    assert list(clean.rglob("*.pyc"))
    for stray in (".panel.py", ".ipynb_checkpoints/panel.py", "panel.py~", ".DS_Store", "__pycache__/left.py"):
        (clean / stray).parent.mkdir(exist_ok=True)
        (clean / stray).write_text("stray")
    assert addon_zip(clean) == before
