"""Makes the shared fixtures known to every test, and sets what generated tests may rely on."""

import os

from hypothesis import settings

pytest_plugins = ["tests.support.fixtures"]

# Two cores shared with a search engine make single examples slow at random; CI repeats the same examples each time.
settings.register_profile("contacts", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("contacts")
