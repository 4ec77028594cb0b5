"""Keeps the test servers up between runs: `python -m tests.support.serve`, then export what it prints.

Starting a search engine takes seconds, which is much of a short test run. Ctrl-C stops the servers.
"""

import signal
from contextlib import ExitStack

from tests.support.engine import engine_server
from tests.support.postgres import postgres_server
from tests.support.redis import redis_server


def main() -> None:
    """Start all three servers, print how to use them and wait for Ctrl-C or a termination signal."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server())
        print(f"export CONTACTS_TEST_DATABASE_URL={postgres.address.render_as_string(hide_password=False)}")
        print(f"export CONTACTS_TEST_REDIS_URL={stack.enter_context(redis_server())}")
        print(f"export ELASTICSEARCH_URL={stack.enter_context(engine_server())}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("stopping")


if __name__ == "__main__":
    main()
