"""The one move that gives a team room again."""

import pytest

from prioritization.rules.relief import Movable, relief

DIGEST = Movable("Weekly digest", 9, rank=11)
INBOX = Movable("Shared inbox", 20, rank=2)
UNRANKED = Movable("Dark theme", 5, rank=None)


@pytest.mark.parametrize(
    ("excess", "features", "rooms", "move"),
    [
        (4, [INBOX, DIGEST], [("2027.2", 12)], ("Weekly digest", "2027.2")),
        (4, [INBOX, DIGEST, UNRANKED], [("2027.2", 12)], ("Dark theme", "2027.2")),
        (6, [INBOX, DIGEST, UNRANKED], [("2027.2", 12)], ("Weekly digest", "2027.2")),
        (4, [INBOX, DIGEST], [("2027.2", 8), ("2027.3", 9)], ("Weekly digest", "2027.3")),
        (4, [INBOX, DIGEST], [("2027.2", 20)], ("Weekly digest", "2027.2")),
        (10, [INBOX, DIGEST], [("2027.2", 20)], ("Shared inbox", "2027.2")),
        (10, [INBOX, DIGEST], [("2027.2", 19)], None),
        (25, [INBOX, DIGEST], [("2027.2", 99)], None),
        (4, [Movable("Begun", 9, rank=None, is_begun=True)], [("2027.2", 99)], None),
        (4, [DIGEST], [], None),
    ],
)
def test_what_matters_least_is_moved_to_the_next_release_with_room(excess, features, rooms, move):
    assert relief(excess, features, rooms) == move
