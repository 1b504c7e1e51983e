"""What a job made: files, previews, logs."""

from pathlib import Path

from zordon_app.client.calls import Calls, Json, job_path
from zordon_app.client.download import OnBytes, Wanted, download, target_for


class OutputCalls(Calls):
    """The routes of a job's files."""

    def get_job_files(self, job_id: str) -> list[str]:
        """Names of the output files."""
        return self._names(job_path(job_id, "files"))

    def get_job_output(self, job_id: str) -> Json:
        """The output folder: ``path``, whether it is ``owned``, and how many ``files`` and ``bytes`` are in it."""
        return self._object("GET", job_path(job_id, "output"))

    def download_job_file(
        self, job_id: str, name: str, folder: Path, on_bytes: OnBytes | None = None, *, replace: bool = False
    ) -> Path:
        """One output file into ``folder``: resumed after a break, checked by its SHA-256, whole or not there.

        It gets a free name where another file has its own, unless that is to be replaced.
        """
        wanted = Wanted(
            path=job_path(job_id, "download"),
            query={"filename": name},
            target=target_for(folder, name),
            replace=replace,
        )
        return download(self._transport, wanted, on_bytes)

    def download_all_job_files(
        self, job_id: str, target: Path, on_bytes: OnBytes | None = None, *, replace: bool = False
    ) -> Path:
        """All output files as one zip at ``target``, or beside a file that is there."""
        path = job_path(job_id, "download_all")
        wanted = Wanted(path=path, query={}, target=target, made_anew=True, replace=replace)
        return download(self._transport, wanted, on_bytes)

    def get_job_receipt(self, job_id: str) -> bytes:
        """The signed receipt as JSON, exactly as it came. Raises NotFound when nothing is done yet."""
        return self.request("GET", job_path(job_id, "receipt")).data

    def get_job_thumbnail(
        self, job_id: str, *, big: bool = False, video_ok: bool = False, unit: int | None = None
    ) -> tuple[str, bytes]:
        """MIME type and bytes of a preview. Raises NotFound when there is none yet."""
        query = {"size": "big" if big else None, "video_ok": 1 if video_ok else None, "unit": unit}
        answer = self.request("GET", job_path(job_id, "thumbnail"), query=query)
        return answer.headers.get("Content-Type", ""), answer.data

    def download_addon(self, folder: Path, on_bytes: OnBytes | None = None) -> Path:
        """The Blender add-on, as a zip to install."""
        name = "zordon_submit.zip"
        return download(self._transport, Wanted(path=f"/api/addon/{name}", query={}, target=folder / name), on_bytes)

    def get_job_log(self, job_id: str, *, unit: int | None = None, start: int = 0) -> tuple[bytes, int]:
        """The log from byte ``start`` (negative: from the end), and the offset to go on from."""
        answer = self.request("GET", job_path(job_id, "logs"), query={"unit": unit, "from": start or None})
        size = answer.headers.get("X-Log-Size", "")
        return answer.data, int(size) if size.isdecimal() else max(start, 0) + len(answer.data)
