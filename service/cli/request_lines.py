"""Reads addresses that hold letters as they are: a terminal sends `?q=müller` so, and old clients their e-mails.

RFC 9112 wants such bytes escaped, and gunicorn answers HTML where they are not; the original took them (contract S0.2).
"""

import re

from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


class TolerantRequest(Request):
    """A request whose address may hold bytes beyond ASCII."""

    def parse_request_line(self, line_bytes: bytes) -> None:
        """Take a request's first line; raises gunicorn's InvalidRequestLine and the like."""
        super().parse_request_line(_BEYOND_ASCII.sub(_escape, line_bytes))


def take_letters_as_they_are() -> None:
    """Have gunicorn, in this process and those that it starts, read requests so."""
    RequestParser.mesg_class = TolerantRequest


def _escape(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]
