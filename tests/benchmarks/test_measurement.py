"""Commands measured as processes: what they cost, and how it is told that one did not finish."""

import json
import sys

import psutil
import pytest

from benchmarks.measurement import Measurement, NotFinished, run_process, write_measurements

REPORT = "import json; print('chatter'); print(json.dumps({'peak_bytes': 5, 'pairs': 7, 'extra_seconds': 0.25}))"


def python(code):
    return [sys.executable, "-c", code]


def test_last_line_is_the_report_and_extra_time_is_taken_off():
    began = run_process(python(REPORT.replace("0.25", "0")))
    found = run_process(python(REPORT.replace("0.25", "1000")))
    assert (began.peak_bytes, began.output) == (5, {"pairs": 7})
    assert began.seconds > 0
    assert found.seconds < 0


@pytest.mark.parametrize(
    ("code", "minutes", "reason"),
    [
        pytest.param("while True: pass", 0.005, "not finished in 0.005 min", id="too slow"),
        pytest.param("raise SystemExit(3)", None, "failed with exit code 3", id="failed"),
        pytest.param('print(\'{"failure": "out of memory"}\')', None, "out of memory", id="says itself why"),
        pytest.param("import os; os.kill(os.getpid(), 9)", None, "ended by the system", id="killed"),
    ],
)
def test_what_does_not_finish_is_told(code, minutes, reason):
    with pytest.raises(NotFinished, match=reason):
        run_process(python(code), minutes=minutes)


def test_what_a_command_started_ends_with_it(tmp_path):
    inner = f"echo $$ > {tmp_path}/pid; while :; do :; done"
    with pytest.raises(NotFinished):
        run_process(["sh", "-c", f"sh -c '{inner}'; true"], minutes=0.01)
    number = int((tmp_path / "pid").read_text())
    _, alive = psutil.wait_procs([psutil.Process(number)] if psutil.pid_exists(number) else [], timeout=5)
    assert [each.status() for each in alive if each.status() != psutil.STATUS_ZOMBIE] == []


def test_measurements_are_valid_json_without_a_peer(tmp_path):
    path = write_measurements(
        tmp_path, "part", [Measurement("time", 2.0, "s", "peer", 8.0), Measurement("time", 2.0, "s", "slow peer")]
    )
    rows = json.loads(path.read_text(), parse_constant=pytest.fail)["measurements"]
    assert [row["ratio"] for row in rows] == [0.25, None]
    assert set(rows[0]) == {"measure", "value", "unit", "peer", "peer_value", "ratio"}
