"""Says on what machine, and with which versions, a run was made."""

import os
import platform
import sqlite3

import redis
from sqlalchemy import create_engine, text

KIB_PER_GIB = 1024**2


def describe_machine() -> dict[str, str]:
    """Return the machine as name -> value."""
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{_memory_gib():.0f} GiB",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    }


def describe_servers(database_url: str, redis_url: str, engine: str) -> dict[str, str]:
    """Return the servers of the server set-up as name -> version; `engine` is product and version already."""
    database = create_engine(database_url)
    with database.connect() as connection:
        postgresql = str(connection.execute(text("SHOW server_version")).scalar_one())
    database.dispose()
    with redis.Redis.from_url(redis_url) as client:
        version = str(client.info("server")["redis_version"])
    return {"search engine": engine, "PostgreSQL": postgresql.split()[0], "Redis": version}


def _memory_gib() -> float:
    with open("/proc/meminfo", encoding="ascii") as file:
        total = next(line for line in file if line.startswith("MemTotal"))
    return int(total.split()[1]) / KIB_PER_GIB
