"""The schema that the tables of the views are in."""

from sqlalchemy import MetaData

from shared.eventstore.projection import SCHEMA

metadata = MetaData(schema=SCHEMA)
