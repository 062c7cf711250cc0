"""The tables of the budget service's views."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
)

from shared.eventstore.projection import SCHEMA

metadata = MetaData(schema=SCHEMA)

projects = Table(
    "projects",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False),
    Column("included", BigInteger, nullable=False, server_default="0"),
    Column("procured", BigInteger, nullable=False, server_default="0"),
    Column("paid", BigInteger, nullable=False, server_default="0"),
    Column("returned", BigInteger, nullable=False, server_default="0"),
    Column("surplus_due_on", Date),
    Column("closed", Boolean, nullable=False, server_default="false"),
    Index("projects_by_unit", "unit_id"),
)
contracts = Table(
    "contracts",
    metadata,
    Column("contract_id", String, primary_key=True),
    Column("project_id", Uuid, nullable=False, index=True),
    Column("unit_id", String(18), nullable=False),
    Column("warranty_end", Date),
)
operation_plans = Table(
    "operation_plans",
    metadata,
    Column("plan_id", Uuid, primary_key=True),
    Column("project_id", Uuid, nullable=False, index=True),
    Column("unit_id", String(18), nullable=False, index=True),
    Column("budget_year", Integer, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("mode", String),
    Column("term_to", Date),
    Column("status", String, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("assessed", BigInteger),
    Column("included", BigInteger),
)
line_leases = Table(
    "line_leases",
    metadata,
    Column("lease_id", Uuid, primary_key=True),
    Column("unit_id", String(18), nullable=False, index=True),
    Column("project_id", Uuid),
    Column("line_type", String, nullable=False),
    Column("budget_year", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("unit_price", BigInteger, nullable=False),
    Column("cap", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("included", BigInteger),
    Column("contracted", BigInteger),
    Column("paid", BigInteger, nullable=False, server_default="0"),
    Column("unassessed", Integer, nullable=False, server_default="0"),
)
price_caps = Table(
    "price_caps",
    metadata,
    Column("line_type", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("price_unit", String, nullable=False),
    Column("max_price", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
)
