"""What every request meets before and after its view: the pages about the service itself."""

from flask.testing import FlaskClient


def test_the_process_says_that_it_lives(visitor: FlaskClient) -> None:
    assert visitor.get("/healthz").get_json() == {"status": "ok"}
