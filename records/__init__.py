"""The system of record: contacts, definitions, lists, memberships and the feed, in SQLite or PostgreSQL.

Functions here take a session and never commit; whoever opened the transaction owns it.
"""
