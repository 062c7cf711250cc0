"""预算: money of a project, from its inclusion to the surplus, and the O&M money after it."""
