"""Handing a person the person's own data, and noting that it was done.

In: a request, a folder and who asks. Out: the files in the folder (person_page.py) and an act in ops.audit, which names
neither the person nor the folder.
"""

from datetime import UTC, datetime
from pathlib import Path

from pipeline.config import Config
from pipeline.rights.person_file import gather
from pipeline.rights.person_page import write_person_file
from pipeline.rights.subject import Request
from pipeline.stage import Count, Options, Work, execute
from warehouse.audit import record_act


def export(config: Config, request: Request, folder: Path, *, actor: str) -> tuple[Path, Path]:
    """Write the person's page and data; SubjectNotFound when it is nobody or not one."""
    file = gather(config, request, datetime.now(UTC).replace(tzinfo=None))
    written = write_person_file(file, folder)

    def work(work: Work) -> dict[str, Count]:
        record_act(
            work.con, acted_at=work.now, actor=actor, action="export",
            subject=", ".join(file.subject.customers) or "records",
            detail={"records": file.subject.records, "rows": sum(len(each.rows) for each in file.sections)},
        )  # fmt: skip
        return {"changed": 0}

    execute("export", work, config, options=Options(actor=actor))
    return written
