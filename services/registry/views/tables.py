"""The metadata that all tables of the registry's views share."""

from sqlalchemy import MetaData

from shared.eventstore.projection import SCHEMA

metadata = MetaData(schema=SCHEMA)
