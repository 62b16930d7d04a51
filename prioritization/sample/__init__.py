"""Beacon, a made-up help desk: the sample product that shows Accord in the middle of a story.

Every name, vote and answer here is invented. Dates are told relative to the day of loading; addresses end in .example.
"""
