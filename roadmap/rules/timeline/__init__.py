"""Knows how a roadmap is drawn: facts in, geometry out, nothing of Django, colours or words."""
