"""The language of the services, and samples of everything ever said in it."""
