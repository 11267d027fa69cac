"""The time the demo covers: two years of history, then a window of daily deliveries that ends on a fixed day.

All times are epoch seconds in UTC. The last day is 2026-03-31, whatever the clock says, so that runs can be repeated.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LAST_DAY = date(2026, 3, 31)
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class Period:
    """The window of `days` daily deliveries and the history before it."""

    days: int

    @property
    def first_day(self) -> date:
        """Day of the first, full delivery."""
        return LAST_DAY - timedelta(days=self.days - 1)

    @property
    def start(self) -> int:
        """First second of the window."""
        return _second(self.first_day)

    @property
    def end(self) -> int:
        """First second after the window."""
        return _second(LAST_DAY) + SECONDS_PER_DAY

    @property
    def history_start(self) -> int:
        """Start of the two years of history."""
        return self.end - 730 * SECONDS_PER_DAY

    def day_name(self, number: int) -> str:
        """Name day `number` (0 is the first) as 2026-03-18."""
        return (self.first_day + timedelta(days=number)).isoformat()


def _second(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
