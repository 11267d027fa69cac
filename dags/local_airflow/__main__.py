"""The command line: `python -m dags.local_airflow serve | smoke | stop | airflow …`.

serve:   start Airflow with the DAGs unpaused, say where to log in, wait for Ctrl-C, stop everything.
smoke:   prove on a real scheduler that the DAGs build the same warehouse as `guiyi run`; exit 1 when they do not.
stop:    end a server of this data directory that was left behind.
airflow: any command of Airflow's own, for this data directory's Airflow, e.g.
         airflow backfill create --dag-id ingest_shopify --from-date 2026-03-01 --to-date 2026-03-05
"""

import argparse
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Never

import httpx
from rich.console import Console

from dags.local_airflow.server import Server, run_server, stop_recorded
from dags.local_airflow.settings import USER, Place, airflow_home, environment
from dags.local_airflow.smoke import run_smoke
from pipeline.config import load_config


def main() -> int:
    """Run one command; 0 fine, 1 failed, 2 wrong use."""
    parser = argparse.ArgumentParser(
        prog="python -m dags.local_airflow", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["serve", "smoke", "stop", "airflow"])
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="of the airflow command")
    chosen = parser.parse_args()
    if chosen.arguments and chosen.command != "airflow":
        parser.error(f"{chosen.command} takes no arguments")
    console = Console()
    # Being told to end is an ordinary way out: what was started is stopped on the way.
    signal.signal(signal.SIGTERM, _leave)
    try:
        if chosen.command == "airflow":
            return airflow(chosen.arguments)
        return {"serve": serve, "smoke": smoke, "stop": stop}[chosen.command](console)
    except KeyboardInterrupt:
        console.print("stopped")
        return 0 if chosen.command == "serve" else 1
    except (ValueError, OSError, httpx.HTTPError) as error:
        console.print(str(error) or type(error).__name__, style="red", markup=False, highlight=False, soft_wrap=True)
        return 1


def serve(console: Console) -> int:
    """Start the local Airflow and keep it until Ctrl-C."""
    with run_server(load_config(), lambda text: console.print(text, style="dim")) as server:
        _greet(console, server)
        while True:
            server.check()
            time.sleep(1.0)


def smoke(console: Console) -> int:
    """Run the smoke test."""
    run_smoke(console)
    return 0


def stop(console: Console) -> int:
    """Stop a server that was left behind."""
    count = stop_recorded(load_config())
    console.print(f"stopped {count} processes" if count else "no local Airflow of this data directory is running")
    return 0


def airflow(arguments: list[str]) -> int:
    """Run one of Airflow's own commands in the local server's environment."""
    config = load_config()
    place = Place(airflow_home(config), 8080)
    return subprocess.call([sys.executable, "-m", "airflow", *arguments], env=environment(place, config))


def _greet(console: Console, server: Server) -> None:
    password = server.password if server.password_is_new else f"as before, in {server.place.password_file}"
    lines = [
        "",
        f"Airflow   {server.place.url}",
        f"user      {USER}",
        f"password  {password}",
        f"logs      {server.place.output}",
        "",
        "Trigger the ingest DAGs and the others follow. Ctrl-C stops everything.",
    ]
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _leave(number: int, frame: FrameType | None) -> Never:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
