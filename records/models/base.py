"""The declarative base of all tables, and the column types that both databases share."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

Json = JSON().with_variant(JSONB(), "postgresql")
BigInt = BigInteger().with_variant(Integer(), "sqlite")


class Criteria(TypeDecorator[Any]):
    """JSON that is read as its text where it is none, so that one broken row does not keep all others from being read.

    Only SQLite can hold such a text.
    """

    impl = Json
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return what reads a stored value, None where the driver does that by itself."""
        read = super().result_processor(dialect, coltype)

        def read_or_keep(value: Any) -> Any:
            try:
                return read(value)  # type: ignore[misc]
            except ValueError:
                return value

        return None if read is None else read_or_keep


class Base(DeclarativeBase):
    """Common base of all tables."""

    type_annotation_map = {int: BigInt, str: Text, bool: Boolean, dict[str, Any]: Json, list[Any]: Json}
