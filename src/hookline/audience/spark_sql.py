"""A query in DuckDB's SQL as Spark's: what SQLGlot turns, and what it doesn't.

SQLGlot knows the two grammars: casts, quotes, integer division, the order of NULLs, ``unnest``.  The rules here are for
where the same words mean something else.  Each is a function of one node; none needs a function of our own in Spark.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hookline.model.errors import MissingExtra

if TYPE_CHECKING:
    from sqlglot import exp

KINDS = {"VARCHAR": "STRING", "INTEGER": "INT", "TIMESTAMP": "TIMESTAMP_NTZ"}  # of DuckDB and of Spark


@lru_cache(maxsize=500)
def turned(query: str) -> str:
    """The query in Spark's SQL.

    >>> turned("SELECT x // 2 AS half, epoch_us(t) AS us FROM a SEMI JOIN b USING (c)")
    'SELECT x DIV 2 AS half, UNIX_MICROS(CAST(t AS TIMESTAMP_LTZ)) AS us FROM a SEMI JOIN b USING (c)'
    """
    glot = _sqlglot()
    tree = glot.parse_one(query, read="duckdb")
    for rule in RULES:
        tree = tree.transform(rule, copy=False)  # one after the other: none looks into what it has changed
    return str(tree.sql(dialect="spark", comments=False, unsupported_level=glot.ErrorLevel.RAISE))


def picks(query: str) -> bool:
    """Whether a query only picks rows of one table: nothing to be worked out.

    >>> picks("SELECT * FROM a WHERE b > 1"), picks("SELECT * FROM a SEMI JOIN b USING (c)")
    (True, False)
    """
    glot = _sqlglot()
    tree = glot.parse_one(query, read="duckdb")
    return not tree.find(glot.exp.Join, glot.exp.SetOperation, glot.exp.Case, glot.exp.Window, glot.exp.AggFunc)


def rows_as_values(columns: str, rows: Sequence[Sequence[Any]]) -> str:
    """A query of Spark's that gives these rows; ``columns`` as in ``CREATE TABLE``."""
    exp = _sqlglot().exp
    named = [one.strip().split(" ", 1) for one in columns.split(",")]
    typed = ", ".join(f"CAST(`{name}` AS {KINDS.get(kind, kind)}) AS `{name}`" for name, kind in named)
    names = ", ".join(f"`{name}`" for name, _ in named)
    told = rows or [[None] * len(named)]
    values = ", ".join(f"({', '.join(exp.convert(value).sql('spark') for value in row)})" for row in told)
    none = "" if rows else " WHERE false"
    return f"SELECT {typed} FROM VALUES {values} AS told({names}){none}"  # noqa: S608 - every value is a literal


def _sqlglot() -> Any:
    try:
        import sqlglot
    except ImportError as error:
        raise MissingExtra(needs="sqlglot", extra="spark") from error
    return sqlglot


def _least_struct(node: exp.Expr) -> exp.Expr:
    """The least of several rows: NULL is the greatest value in DuckDB, and the least in Spark.

    Before each field goes another one, which says whether it is NULL.
    """
    from sqlglot import exp

    if not (isinstance(node, exp.Min) and isinstance(node.this, exp.Struct)):
        return node
    fields = []
    for field in node.this.expressions:
        missing = exp.Is(this=field.expression.copy(), expression=exp.Null())
        fields += [exp.PropertyEQ(this=exp.to_identifier(f"no_{field.this.name}"), expression=missing), field.copy()]
    return exp.Min(this=exp.Struct(expressions=fields))


def _named_window(node: exp.Expr) -> exp.Expr:
    """Spark reads ``OVER sitting - x`` as a name with a hyphen."""
    from sqlglot import exp

    if isinstance(node, exp.Window) and isinstance(node.parent, exp.Sub):
        return exp.paren(node, copy=False)
    return node


def _epoch(node: exp.Expr) -> exp.Expr:
    """Times without a zone are UTC, as the session is; Spark counts from 1970 only for times with one."""
    from sqlglot import exp

    if isinstance(node, exp.Anonymous) and node.name.lower() == "epoch_us":
        name, time = "UNIX_MICROS", node.expressions[0]
    elif isinstance(node, exp.UnixToTime) and node.args["scale"] == exp.UnixToTime.MILLIS:  # as SQLGlot reads epoch_ms
        name, time = "UNIX_MILLIS", node.this
    else:
        return node
    return exp.Anonymous(this=name, expressions=[exp.cast(time.copy(), "TIMESTAMPLTZ")])


def _numbers_of_text(node: exp.Expr) -> exp.Expr:
    """``'0x' || text`` as a number: Spark's casts don't read it, and ``conv`` forgives whatever follows the digits."""
    from sqlglot import exp

    if not (isinstance(node, exp.Cast) and node.to.is_type(exp.DType.UBIGINT) and isinstance(node.this, exp.DPipe)):
        return node
    digits = node.this.expression
    pattern = exp.Literal.string(r"\A[0-9a-fA-F]+(_[0-9a-fA-F]+)*\z")
    plain = exp.Anonymous(this="REPLACE", expressions=[digits.copy(), exp.Literal.string("_"), exp.Literal.string("")])
    sixteen, ten = exp.Literal.number(16), exp.Literal.number(10)
    number = exp.cast(exp.Anonymous(this="CONV", expressions=[plain, sixteen, ten]), "DECIMAL(20, 0)")
    return exp.Case().when(exp.RegexpLike(this=digits.copy(), expression=pattern), number)


def _whole_number(node: exp.Expr) -> exp.Expr:
    """Whole numbers of 128 bits are decimals of 38 digits."""
    from sqlglot import exp

    if not (isinstance(node, exp.DataType) and node.is_type(exp.DType.INT128)):
        return node
    return exp.DataType.build("DECIMAL(38, 0)")


def _list_size(node: exp.Expr) -> exp.Expr:
    """How many different values a group has."""
    from sqlglot import exp

    if isinstance(node, exp.Length) and isinstance(node.this, exp.ArrayDistinct):
        listed = node.this.this
        if isinstance(listed, exp.ArrayAgg):
            return exp.ArraySize(this=exp.Anonymous(this="COLLECT_SET", expressions=[listed.this.copy()]))
    return node


def _sorted_list(node: exp.Expr) -> exp.Expr:
    """A list in an order of its own values: Spark collects in no order, and sorts afterwards."""
    from sqlglot import exp

    if isinstance(node, exp.ArrayAgg) and isinstance(node.this, exp.Order):
        return exp.Anonymous(
            this="ARRAY_SORT", expressions=[exp.Anonymous(this="COLLECT_LIST", expressions=[node.this.this.copy()])]
        )
    return node


def _hash(node: exp.Expr) -> exp.Expr:
    """A number that stands for some values: 64 bits, as DuckDB's, where Spark's word of that name has 32.

    The numbers are others than DuckDB's; they live inside one build, and say only what is the same.  Spark skips NULLs,
    so that (NULL, 1) would be (1, NULL): before each value goes whether it is one.
    """
    from sqlglot import exp

    if isinstance(node, exp.Anonymous) and node.name.lower() == "hash":
        told = [(exp.Is(this=one.copy(), expression=exp.Null()), one.copy()) for one in node.expressions]
        return exp.Anonymous(this="XXHASH64", expressions=[part for pair in told for part in pair])
    return node


RULES = (_least_struct, _named_window, _epoch, _numbers_of_text, _whole_number, _list_size, _sorted_list, _hash)
