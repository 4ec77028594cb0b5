"""What every request meets before and after its view: paths, keys, bodies, errors, pages."""

from flask.testing import FlaskClient


def test_the_process_says_that_it_lives(visitor: FlaskClient) -> None:
    assert visitor.get("/healthz").get_json() == {"status": "ok"}


def test_what_is_down_is_said_in_words(visitor: FlaskClient) -> None:
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["parts"] == {
        "database": "sqlite answers",
        "engine": "down: connection refused",
    }
