"""Servers that examples talk to: those on the usual ports of this machine, or none."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

__all__ = ["mariadb", "needs", "postgresql"]


def needs(server: str, port: int, *libraries: str) -> None:
    """Skip, by name, where ``server`` does not listen on loopback or a library is missing."""
    for library in libraries:
        pytest.importorskip(library)
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        pytest.skip(f"{server} does not run here, on port {port}")


@contextmanager
def postgresql() -> Iterator[str]:
    """Make a schema of its own with the table of the examples; give what connects to it."""
    needs("PostgreSQL", 5432, "psycopg")
    import psycopg

    schema = f"examples_{uuid.uuid4().hex}"
    dsn = "host=127.0.0.1 user=postgres dbname=postgres"
    try:
        maker = psycopg.connect(dsn, autocommit=True)
    except psycopg.OperationalError as error:
        pytest.skip(f"PostgreSQL lets nobody in here: {error}")
    with maker:
        maker.execute(f"CREATE SCHEMA {schema}")
        maker.execute(f"CREATE TABLE {schema}.items (id int PRIMARY KEY, name varchar(8))")
        yield f"{dsn} options='-c search_path={schema}'"
        maker.execute(f"DROP SCHEMA {schema} CASCADE")


@contextmanager
def mariadb() -> Iterator[dict[str, str]]:
    """Make a database of its own with the table of the examples; give what connects to it."""
    needs("MariaDB", 3306, "pymysql", "aiomysql")
    import pymysql

    settings = {"host": "127.0.0.1", "user": "root"}
    database = f"examples_{uuid.uuid4().hex}"
    try:
        maker = pymysql.connect(**settings, autocommit=True)
    except pymysql.OperationalError as error:
        pytest.skip(f"MariaDB lets nobody in here: {error}")
    with maker, maker.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        cursor.execute(f"CREATE TABLE {database}.items (id int PRIMARY KEY, name varchar(8))")
        yield {**settings, "database": database}
        cursor.execute(f"DROP DATABASE {database}")
