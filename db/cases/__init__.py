"""Recorded cases: their documents, lists, timelines, submissions and evidence."""
