"""The few calls of Airflow's REST API that the local server and its smoke test need.

In: where the server answers, and the password. Out: plain dictionaries as the API returns them.
"""

from types import TracebackType
from typing import Any, Self

import httpx

PAGE = 100


class Api:
    """A session with the API; the token is fetched once (it lasts a day)."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """Open the session without calling anything yet."""
        self._client = httpx.Client(base_url=url, timeout=30.0, trust_env=False)
        self._login = {"username": user, "password": password}

    def __enter__(self) -> Self:
        """Use as a context manager: the session closes at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the session."""
        self._client.close()

    def healthy(self, *components: str) -> bool:
        """Whether the server answers and says that these components are alive."""
        try:
            state = self._client.get("/api/v2/monitor/health").raise_for_status().json()
        except httpx.HTTPError:
            return False
        return all(state.get(component, {}).get("status") == "healthy" for component in components)

    def log_in(self) -> None:
        """Fetch a token and send it from now on."""
        token = self._client.post("/auth/token", json=self._login).raise_for_status().json()["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def ensure_pool(self, name: str, slots: int, description: str) -> None:
        """Create the pool unless it exists."""
        if self._client.get(f"/api/v2/pools/{name}").status_code != httpx.codes.NOT_FOUND:
            return
        body = {"name": name, "slots": slots, "description": description}
        self._client.post("/api/v2/pools", json=body).raise_for_status()

    def dag_ids(self) -> set[str]:
        """The DAGs that are parsed and not paused."""
        return {dag["dag_id"] for dag in self._pages("/api/v2/dags", "dags", paused=False)}

    def import_errors(self) -> list[str]:
        """File and text of every DAG file that does not import."""
        return [
            f"{error['filename']}: {error['stack_trace']}"
            for error in self._pages("/api/v2/importErrors", "import_errors")
        ]

    def trigger(self, dag_id: str, **params: Any) -> str:
        """Start a run; returns its id."""
        body = {"logical_date": None, "conf": params}
        run = self._client.post(f"/api/v2/dags/{dag_id}/dagRuns", json=body).raise_for_status().json()
        return str(run["dag_run_id"])

    def runs(self) -> list[dict[str, Any]]:
        """Every run of every DAG."""
        return self._pages("/api/v2/dags/~/dagRuns", "dag_runs")

    def failed_tasks(self) -> list[dict[str, Any]]:
        """Tasks that failed or are about to be tried again."""
        states = ["failed", "up_for_retry", "upstream_failed"]
        return self._pages("/api/v2/dags/~/dagRuns/~/taskInstances", "task_instances", state=states)

    def has_queued_events(self, dag_id: str) -> bool:
        """Whether asset events wait to start a run of this DAG."""
        answer = self._client.get(f"/api/v2/dags/{dag_id}/assets/queuedEvents")
        return answer.status_code != httpx.codes.NOT_FOUND and bool(answer.raise_for_status().json()["total_entries"])

    def _pages(self, path: str, key: str, **query: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            answer = self._client.get(path, params={"limit": PAGE, "offset": len(rows), **query})
            page = answer.raise_for_status().json()
            rows += page[key]
            if not page[key] or len(rows) >= page["total_entries"]:
                return rows
