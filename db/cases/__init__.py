"""Cases as recorded: their documents, lists, timelines, submissions and evidence."""
