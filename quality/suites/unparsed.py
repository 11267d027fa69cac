"""standard.unparsed: values that could not be standardised keep their reason."""

from quality.expectations import Severity, Suite, shaped
from quality.shapes import NOT_BLANK

SUITE = Suite(
    table="standard.unparsed",
    purpose="Values that could not be standardised",
    rows="select u.field, u.reason from standard.unparsed as u",
    expectations=(
        shaped("field", NOT_BLANK, Severity.FAIL, "Without its field a value cannot be mended"),
        shaped("reason", NOT_BLANK, Severity.FAIL, "No value is given up without a reason"),
    ),
)
