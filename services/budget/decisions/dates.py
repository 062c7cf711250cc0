"""日期: spans of days that run forward; one that does not is a fault of the form."""

from datetime import date

from shared.regulation.decision import InvalidField


def runs_forward(field: str, first: date | None, last: date | None) -> None:
    """InvalidField naming `field` where a span's last day lies before its first."""
    if first and last and last < first:
        raise InvalidField(field, f"截止日 {last} 早于起始日 {first}")
