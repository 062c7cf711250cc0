"""HTTP: applications, problems, actors, the desk that handles commands, feeds and followers."""
