"""What a PostgreSQL was asked, for the peers' processes."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg

HOST = "PEERS_POSTGRES"
"""Names the folder of the cluster's socket."""
OWNER = "peers"
_STATEMENTS = """
    select coalesce(sum(calls), 0) from pg_stat_statements as counted
    join pg_database as one on one.oid = counted.dbid where datname = %s
"""
_WRITING = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_LOGGED = "select pg_current_wal_insert_lsn() - '0/0'"


def address(database: str) -> str:
    return f"postgresql://{OWNER}@/{database}?host={os.environ[HOST]}"


@contextmanager
def counting(database: str) -> Iterator[Callable[[], Mapping[str, float]]]:
    """What a database's clients sent since: statements, BEGIN and COMMIT among them; transactions
    that wrote; and bytes of the write-ahead log.
    """
    with psycopg.connect(address("postgres"), autocommit=True) as other:

        def read() -> dict[str, float]:
            found = {
                "requests": other.execute(_STATEMENTS, (database,)).fetchone(),
                "writes": other.execute(_WRITING).fetchone(),
                "log bytes": other.execute(_LOGGED).fetchone(),
            }
            return {name: float(row[0]) for name, row in found.items() if row is not None}

        before = read()
        yield lambda: {name: number - before[name] for name, number in read().items()}
