"""Lets `python -m service.cli` stand for the command `contacts`."""

from service.cli import main

main()
