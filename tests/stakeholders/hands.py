"""A kind of round for tests: a show of hands, whose whole answer is that one has answered."""

from stakeholders import kinds
from stakeholders.kinds import Conclusion, MailWords, Refusal, ShownAnswer
from stakeholders.models import Message


class Hands:
    name = "hands"
    noun = "show of hands"
    button = "Raise my hand"
    has_consulted = True

    def asks(self, round, seat):
        return 0 if seat.role == "reader" else 1

    def removal_words(self, invitation):
        return "Their hand is not counted."

    def __init__(self):
        self.closed, self.withdrawn = [], []

    def invitation_words(self, round):
        return "Raise your hand"

    def answer_url(self, round):
        return f"/hands/{round.public_id}/"

    def part_url(self, round):
        return ""

    def entry_url(self, invitation):
        return ""

    def results_url(self, round):
        return ""

    def mail(self, message, invitation, now):
        name = message.user.get_short_name()
        if message.kind == Message.Kind.REMINDER:
            return MailWords("Who is in favour?", f"{name}, we miss your hand", ["It takes a second."], "Raise my hand")
        if message.kind == Message.Kind.RECEIPT:
            return MailWords("Your hand is up", f"{name}, your hand is up", ["We saw it."], "See my hand")
        return MailWords("Who is in favour?", f"{name}, are you in favour?", ["Raise your hand."], "Raise my hand")

    def answers(self, round):
        return {
            each.seat_id: ShownAnswer("answered", "Hand up", at=each.answered_at)
            if each.answered_at
            else ShownAnswer("silent", "", needs=1)
            for each in round.invitations.all()
        }

    def conclusion(self, round, now):
        return Conclusion(round.outcome["sentence"] if round.outcome else self._sentence(round))

    def rule(self, round):
        return "Every hand counts."

    def refuses_to_close_early(self, round):
        missing = round.invitations.silent().filter(is_required=True).select_related("seat__user")
        return Refusal("Some have not raised a hand.", tuple(missing)) if missing else None

    def on_close(self, round, now):
        self.closed.append(round.pk)
        return {"hands": self._count(round), "sentence": self._sentence(round)}

    def on_withdraw(self, round, now):
        self.withdrawn.append(round.pk)

    def _count(self, round):
        return round.invitations.standing().exclude(answered_at=None).count()

    def _sentence(self, round):
        return f"{self._count(round)} of {round.invitations.standing().count()} hands are up."


def install():
    kind = Hands()
    kinds.register(kind)
    return kind
