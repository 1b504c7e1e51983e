"""What a job has made: files, zip, previews, log."""

from pathlib import Path

from bottle import HTTPResponse

from zordon_app.api.archive import Archive, safe_member
from zordon_app.api.exchange import Ask, json_answer, text_answer
from zordon_app.api.files import Sending, attachment, media_type, send_file, wanted_part
from zordon_app.api.places import Places
from zordon_app.api.routing import JSON, Context, Query, Route, Says, act, get
from zordon_app.api.services import Services
from zordon_app.domain.jobs import Job
from zordon_app.domain.receipts import SignedReceipt
from zordon_app.domain.views import JobView, OutputView
from zordon_app.errors import NotFound, PreviewFailed

ANY = "application/octet-stream"
FOREVER = "private, max-age=31536000, immutable"


def routes(context: Context) -> list[Route]:
    """The table."""
    out = Outputs(context.services, context.streams)
    filename = Query("filename", "A name from the file list; upper and lower case do not matter.", required=True)
    size = Query("size", "big: the larger preview.", choices=("small", "big"))
    video = Query("video_ok", "Truthy: a film may be returned.", "boolean")
    of_unit = Query("unit", "The number of a unit.", "integer")
    exposure = Query("exposure", "Brighter or darker, in stops, -20 to 20.", "number")
    rev = Query("rev", "Any text; with it the answer may be kept for ever.")
    start = Query("from", "Byte to begin at; negative: from the end.", "integer")
    part = Says("The part that Range asked for.", media=ANY)
    outside = Says("Range lies outside the file.")
    file = {200: Says("The file.", media=ANY), 206: part, 304: Says("You have it.", media=""), 416: outside}
    image = {**file, 200: Says("The preview.", media="image/jpeg"), 206: Says("A part.", media="video/mp4")}
    busy = {503: Says("Too many downloads at once; ask again.")}
    none = {404: Says("There is no such file."), **busy}
    unmade = {404: Says("There is no preview yet."), 500: Says("No preview could be made."), **busy}
    log = {200: Says("The log."), 206: Says("The part that Range asked for."), 416: outside}
    names = {200: Says("The names.", list[str], JSON)}
    folder = {200: Says("The folder.", OutputView, JSON)}
    zipped = {200: Says("The zip.", media="application/zip"), 404: Says("There are no files yet."), **busy}
    receipt = {200: Says("The receipt.", SignedReceipt, JSON), 404: Says("Nothing is done yet.")}
    film = {200: Says("The job that makes the film: a new one, or the one that has not ended yet.", JobView, JSON)}
    look = (size, video, of_unit, exposure, rev)
    job = "/api/jobs/<job_id>"
    return [
        get(f"{job}/files", out.names, "Names of the output files", answers=names),
        get(f"{job}/output", out.folder, "The output folder and its size", answers=folder),
        get(f"{job}/download", out.download, "One output file", filename, answers={**file, **none}),
        get(f"{job}/download_all", out.zipped, "All output files in a zip", answers=zipped),
        get(f"{job}/receipt", out.receipt, "The signed receipt", answers=receipt),
        get(f"{job}/thumbnail", out.preview, "A preview", *look, answers={**image, **unmade}),
        act("POST", f"{job}/review_film", out.review_film, "Make a film of its frames", answers=film),
        get(f"{job}/logs", out.log, "The log", of_unit, start, answers=log),
    ]


class Outputs:
    """Answers with files."""

    def __init__(self, services: Services, streams: Places) -> None:
        """``streams`` bounds how many are sent at once."""
        self._jobs = services.jobs
        self._previews = services.previews
        self._logs = services.logs
        self._receipts = services.receipts
        self._reviews = services.reviews
        self._streams = streams

    def names(self, _ask: Ask, job_id: str) -> HTTPResponse:
        """The list."""
        return json_answer(self._jobs.files(job_id))

    def folder(self, _ask: Ask, job_id: str) -> HTTPResponse:
        """Where it is, and how much is in it."""
        return json_answer(self._jobs.output(job_id))

    def download(self, ask: Ask, job_id: str) -> HTTPResponse:
        """As an attachment."""
        self._jobs.record(job_id)
        name = ask.required("filename")
        path = self._jobs.file_path(job_id, name)
        sha256 = self._jobs.sha256(job_id, name)
        sending = Sending(media=media_type(path.name), attachment=path.name, sha256=sha256)
        return send_file(ask, path, sending, self._streams.take)

    def zipped(self, _ask: Ask, job_id: str) -> HTTPResponse:
        """Stored, not deflated; made while it is sent."""
        job = self._jobs.record(job_id)
        names = [name for name in self._jobs.files(job_id) if safe_member(Path(job.output_path), name)]
        if not names:
            raise NotFound("The job has no output files yet.", code="no_files")
        body = Archive(Path(job.output_path), names, self._streams.take())
        headers = {
            "Content-Type": "application/zip",
            "Content-Length": str(body.size),
            "Content-Disposition": attachment(f"{job.name}.zip"),
            "Cache-Control": "no-store",
        }
        return HTTPResponse(body=body, headers=headers)

    def receipt(self, _ask: Ask, job_id: str) -> HTTPResponse:
        """What was made, by whom and how, as an attachment."""
        signed = self._receipts.receipt(job_id)
        answer = json_answer(signed)
        answer.set_header("Content-Disposition", attachment(f"{signed.receipt.job.name}.receipt.json"))
        return answer

    def review_film(self, _ask: Ask, job_id: str) -> HTTPResponse:
        """A job of its own, which waits for a job that goes on; asked again meanwhile, it is the same."""
        return json_answer(self._reviews.review_film(job_id))

    def preview(self, ask: Ask, job_id: str) -> HTTPResponse:
        """A film if that is fine and there is one, else an image."""
        job = self._jobs.record(job_id)
        try:
            path = self._find_preview(ask, job)
        except PreviewFailed:
            self._jobs.record(job_id)  # A job that was removed meanwhile took its files along, which is no failure.
            raise
        if path is None:
            raise NotFound("There is no preview yet.")
        cache = FOREVER if ask.query.get("rev") else "no-cache"
        return send_file(ask, path, Sending(media=media_type(path.name), cache=cache), self._streams.take)

    def log(self, ask: Ask, job_id: str) -> HTTPResponse:
        """From ``from``, or by Range; ``X-Log-Size`` is where the next reading begins."""
        self._jobs.record(job_id)
        unit = ask.integer("unit")
        start = ask.integer("from", 0) or 0
        data, size = self._logs.read(job_id, unit=unit, start=start)
        answer = self._log_part(ask.header("Range"), data, size) if start == 0 else text_answer(data)
        answer.set_header("X-Log-Size", str(size))
        answer.set_header("Accept-Ranges", "bytes")
        return answer

    def _log_part(self, asked: str, data: bytes, size: int) -> HTTPResponse:
        part = wanted_part(asked, len(data))
        if part is None:
            answer = text_answer("The log is shorter than that.", 416)
            answer.set_header("Content-Range", f"bytes */{size}")
            return answer
        answer = text_answer(data[part.start : part.end], 206 if part.partial else 200)
        if part.partial:
            answer.set_header("Content-Range", f"bytes {part.start}-{part.end - 1}/{size}")
        return answer

    def _find_preview(self, ask: Ask, job: Job) -> Path | None:
        unit = ask.integer("unit")
        if unit is None and ask.truthy("video_ok") and (film := self._previews.film(job)) is not None:
            return film
        exposure = min(max(ask.number("exposure", 0.0), -20.0), 20.0)
        return self._previews.image(job, big=ask.query.get("size") == "big", unit=unit, exposure=exposure)
