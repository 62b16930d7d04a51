"""Forms of people, rounds and links."""
