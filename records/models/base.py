"""The declarative base of all tables, and the column types that both databases share."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

Json = JSON().with_variant(JSONB(), "postgresql")
BigInt = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Common base of all tables."""

    type_annotation_map = {int: BigInt, str: Text, bool: Boolean, dict[str, Any]: Json, list[Any]: Json}
