"""Many rows out of one that the addon made itself."""


def multiply(cr, table, pattern, source, **columns):
    """INSERT a copy of row `pattern` for each row of `source`, with other columns."""
    cr.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    names = [name for (name,) in cr.fetchall() if name != "id" or "id" in columns]
    unknown = columns.keys() - set(names)
    assert not unknown, f"{table} has no {unknown}"
    values = ", ".join(
        f'{"own" if name in columns else "pattern"}."{name}"' for name in names
    )
    quoted = ", ".join(f'"{name}"' for name in names)
    own = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
    cr.execute(
        f"INSERT INTO {table} ({quoted}) SELECT {values}"
        f" FROM (SELECT {own} FROM ({source}) AS s) AS own,"
        f" (SELECT * FROM {table} WHERE id = {pattern}) AS pattern"
    )
    cr.execute(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
    )
