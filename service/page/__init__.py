"""The page: search, contacts, lists and live joins for people, beside the API for programs.

It is rendered here and works over the same functions as the API; a small script adds what must happen while one types.
"""

from service.page import assets, builder, contacts, home, lists, live, moments, search, sign_in
from service.page.base import blueprint

__all__ = ["assets", "blueprint", "builder", "contacts", "home", "lists", "live", "moments", "search", "sign_in"]
