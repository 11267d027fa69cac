"""The stage before ingest: from locations (fetch.py) and systems' APIs to files in the inbox.

In: the sources with [source.NAME.location] or [source.NAME.api] settings. Out, of an API: one file per page under
`api/<source>/<stream>/` of the inbox, written whole or not at all, and a row per pull in ops.pull. What is in the files
is ingest's affair.

1. A stream's last pull says where to start: after its last page if it did not finish, else at its watermark.
2. Each page is written, then the state is kept. A kill between the two repeats that page under the same name.
3. A pull that finishes leaves its watermark. One stream's failure does not keep the others from being pulled; refused
   credentials or a used-up quota end their source. When all that failed passes by itself, the stage is postponed:
   Airflow tries it again.

A pull may take hours. It holds the warehouse only while it writes its state, so that other stages go on.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connectors.api.conversation import converse
from connectors.api.errors import ApiError, LostPlace, QuotaUsedUp, RefusedCredentials, RefusedRequest, Temporary
from connectors.api.exchange import Cut, Page, Pause, Request, Response
from connectors.api.system import Session, Start
from pipeline.api_settings import ApiSettings, api_settings
from pipeline.credentials import read_credentials
from pipeline.fetch import fetch
from pipeline.location_settings import has_location
from pipeline.pull_state import Standing, keep, standing
from pipeline.sources import SourceStream
from pipeline.stage import Count, Errand, StageFailed, StagePostponed
from pipeline.transport import Clock, Transport

# How often a pull may start again from its watermark because its place was lost.
RESTARTS = 2
# Replaced by tests, which never wait.
CLOCK = Clock()


class BeingPulled(StagePostponed):
    """Another process pulls the source."""


@dataclass(frozen=True)
class Line:
    """What it takes to pull a source's streams."""

    errand: Errand
    settings: ApiSettings
    session: Session
    transport: Transport
    clock: Clock


def pull(errand: Errand) -> dict[str, Count]:
    """Fetch files and pull every configured stream; counts of files, pages, records, requests and seconds waited."""
    chosen = api_settings(errand.config, errand.options.sources)
    if not chosen and not has_location(errand.config, errand.options.sources):
        raise StageFailed("no source has [source.….api] or [source.….location] settings: there is nothing to pull")
    fetched = fetch(errand)
    done: list[Standing] = []
    failed: list[ValueError] = [StageFailed(text) for text in fetched.failures]
    for settings in chosen:
        secrets = read_credentials(settings.where, settings.credentials, settings.api.secrets)
        session = Session(settings.api, settings.base_url, settings.options, secrets, CLOCK.now)
        try:
            with _alone(errand, settings.source.name), Transport(settings.base_url) as transport:
                for each, error in _pull_source(Line(errand, settings, session, transport, CLOCK)):
                    done.append(each)
                    failed += [error] if error else []
        except BeingPulled as busy:
            failed.append(busy)
    if failed:
        passing = all(isinstance(error, Temporary | StagePostponed) for error in failed)
        raise (StagePostponed if passing else StageFailed)("; ".join(str(error) for error in failed))
    return {
        "changed": sum(each.pages for each in done) + fetched.files,
        "files": fetched.files,
        "known_files": fetched.known,
        "unsettled_files": fetched.unsettled,
        "bytes": fetched.size,
        "streams": len(done),
        "pages": sum(each.pages for each in done),
        "rows_out": sum(each.records for each in done),
        "requests": sum(each.requests for each in done),
        "waited_seconds": round(sum(each.waited for each in done), 1),
    }


@contextmanager
def _alone(errand: Errand, source: str) -> Iterator[None]:
    """No two pulls of a source at once: they would share a place and ask for tokens at the same time.

    The lock goes with the process that holds it, however that ends.
    """
    path = errand.config.home / "pull" / f"{source}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingPulled(f"{source} is being pulled by another process; wait for it to finish") from None
        yield


def _pull_source(line: Line) -> Iterator[tuple[Standing, ApiError | None]]:
    """Each stream's pull, with the error that ended it."""
    for stream in line.settings.streams:
        now, full = line.clock.now(), line.errand.options.full_refresh
        with line.errand.warehouse() as con:
            pull = standing(con, line.settings.source.name, stream.stream.name, now, full=full)
        error = _pull_stream(line, stream, pull)
        yield pull, error
        if isinstance(error, RefusedCredentials | QuotaUsedUp):
            return


def _pull_stream(line: Line, stream: SourceStream, pull: Standing) -> ApiError | None:
    """Pull to the end, starting again where the place is lost; the error is kept in ops.pull, without its text."""
    _keep(line, pull)
    restarts = 0
    while True:
        resumed, pages = pull.resumed, pull.pages
        try:
            watermark = _drive(line, stream, pull)
        except ApiError as error:
            lost = error
        else:
            _keep(line, pull, "done", watermark=watermark)
            return None
        # What an earlier process kept may mean nothing to the system any more.
        outdated = isinstance(lost, RefusedRequest) and resumed and pages == pull.pages and restarts == 0
        again = outdated or (isinstance(lost, LostPlace) and restarts < RESTARTS)
        if not again:
            _keep(line, pull, "failed", error=type(lost).__name__)
            return lost
        restarts, pull.state = restarts + 1, None


def _drive(line: Line, stream: SourceStream, pull: Standing) -> str | None:
    """Do what the conversation asks for, step by step; returns the watermark."""
    assert stream.stream.pull is not None
    start = Start(line.settings.options, line.settings.overlap, line.clock.now, pull.since, pull.state)
    talk = converse(line.session, stream.stream.pull.read(start), stream.label)
    answer: Response | Cut | None = None
    while True:
        try:
            step = talk.send(answer)
        except StopIteration as end:
            watermark: str | None = end.value
            return watermark
        answer = _do(line, stream, pull, step)


def _do(line: Line, stream: SourceStream, pull: Standing, step: Request | Pause | Page) -> Response | Cut | None:
    match step:
        case Request():
            pull.requests += 1
            return line.transport.call(step)
        case Pause():
            line.errand.progress(f"{stream.label}: waiting {step.seconds:.0f} s, {step.reason}")
            pull.waited += step.seconds
            line.clock.sleep(step.seconds)
        case Page():
            _write(line, stream, pull, step)
            pull.state = step.state
            _keep(line, pull)
            line.errand.progress(f"{stream.label}: {pull.pages:,} pages, {pull.records:,} records")
    return None


def _write(line: Line, stream: SourceStream, pull: Standing, page: Page) -> None:
    """One page as one file, under its name only once it is whole."""
    content = page.content if page.content is not None else "".join(f"{each}\n" for each in page.records).encode()
    if not content:
        return
    name = page.stream or stream.stream.name
    folder = line.errand.config.inbox / "api" / line.settings.source.name / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{pull.started_at:%Y%m%d-%H%M%S}-{pull.pages + 1:05d}{page.suffix}"
    partial_path = path.with_name(path.name + ".part")
    partial_path.write_bytes(content)
    partial_path.replace(path)
    pull.pages += 1
    pull.records += len(page.records) or page.count


def _keep(
    line: Line, pull: Standing, status: str = "running", *, watermark: str | None = None, error: str | None = None
) -> None:
    with line.errand.warehouse() as con:
        keep(con, pull, line.clock.now(), line.errand.run_id, status, watermark=watermark, error=error)
