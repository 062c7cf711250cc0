"""The words everything else is written in: money, dates, identifiers, text, actors."""
