"""登记备案: units, system catalogue, declarations, central review, annual list."""
