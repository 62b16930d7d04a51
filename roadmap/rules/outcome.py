"""Knows what a round of confirmation comes to: from the last answers and the rule fixed at opening to one verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from fractions import Fraction
from math import ceil
from typing import Any


class Choice(StrEnum):
    CONFIRM = "confirm"
    CONCERNS = "concerns"
    OBJECT = "object"
    ABSTAIN = "abstain"


class Silence(StrEnum):
    """What silence means, fixed at opening. It never turns into a confirm."""

    NOTHING = "nothing"
    CONSENT_OF_CONSULTED = "consulted"
    CONSENT_OF_ALL = "all"


class Verdict(IntEnum):
    """Ordered from worst to best, so that "never worsens" can be said with `<=`."""

    LAPSED = 0
    NOT_CONFIRMED = 1
    WITH_CONCERNS = 2
    CONFIRMED = 3


@dataclass(frozen=True)
class Rule:
    """The rule of one round.

    quorum      share of the required signers who must answer; in (0, 1]
    threshold   share of the required signers who answered and did not abstain that must confirm; in (0, 1]

    Shares are fractions: two thirds of six is four, and 0.667 of six would ask for five.
    """

    quorum: Fraction = Fraction(2, 3)
    threshold: Fraction = Fraction(1)
    silence: Silence = Silence.NOTHING

    def __post_init__(self) -> None:
        for name in ("quorum", "threshold"):
            share = getattr(self, name)
            if isinstance(share, float) or not 0 < share <= 1:
                raise ValueError(f"{name} is an exact share in (0, 1], not {share!r}")


@dataclass(frozen=True)
class Signer:
    """A seat that was asked, with its last answer before the deadline; None is silence.

    is_reached   mail to this person was delivered and five working days had passed: only then may a silence that counts
                 as consent count for the quorum
    has_left     the seat was removed during the round: it is listed, but neither required nor counted
    """

    seat: int
    is_required: bool
    choice: Choice | None = None
    department: int | None = None
    is_reached: bool = False
    has_left: bool = False


@dataclass(frozen=True)
class Tally:
    """How many gave which answer; `unopposed` are silences that the rule counts as consent, apart from `silent`."""

    confirm: int = 0
    concerns: int = 0
    object: int = 0
    abstain: int = 0
    silent: int = 0
    unopposed: int = 0

    @property
    def answered(self) -> int:
        return self.confirm + self.concerns + self.object + self.abstain

    @property
    def asked(self) -> int:
        return self.answered + self.silent + self.unopposed

    @property
    def confirming(self) -> int:
        """Confirms, with or without concerns."""
        return self.confirm + self.concerns


@dataclass(frozen=True)
class Outcome:
    """A verdict and everything that it rests on; lists of seats are ascending.

    needed        how many required signers had to answer: ceil(quorum x required)
    counted       how many count for that
    departments   (department, tally of required and consulted seats), by department, None last
    """

    verdict: Verdict
    needed: int
    counted: int
    required: Tally
    consulted: Tally
    departments: tuple[tuple[int | None, Tally], ...]
    silent: tuple[int, ...]
    objecting: tuple[int, ...]
    concerned: tuple[int, ...]
    left: tuple[int, ...]


def outcome(signers: Iterable[Signer], rule: Rule) -> Outcome:
    """Return what the round comes to if it closed with these last answers.

    The verdict is the first that holds: LAPSED (nobody is required, or too few of them answered); NOT_CONFIRMED (fewer
    confirms, with or without concerns, than the threshold asks of the required signers who answered and did not
    abstain, or no confirm at all); WITH_CONCERNS (any concern, any objection that did not block, or any required signer
    silent); CONFIRMED. Abstaining counts for the quorum only.

    Silence that the rule counts as consent has its own column. For the quorum it counts only where the person was
    reached, and it still leaves WITH_CONCERNS: leaders trust "confirmed" because it never means "nobody objected".

    Depends only on the set of signers, not on their order. `silent` names the required signers without an answer,
    whatever their silence counts as; `objecting` and `concerned` name required and consulted seats alike.
    Raises ValueError when a seat comes twice. Source: METHODS l; RFC 7282; Rust RFC 1068.
    """
    everyone = sorted(signers, key=lambda signer: signer.seat)
    if len({signer.seat for signer in everyone}) != len(everyone):
        raise ValueError("a seat has one last answer, and one came twice")
    present = [signer for signer in everyone if not signer.has_left]
    required = [signer for signer in present if signer.is_required]
    tally = _tally(required, rule)
    needed = ceil(rule.quorum * len(required))
    counted = tally.answered + sum(_counts_for_quorum(signer, rule) for signer in required)
    concerned = _seats(present, Choice.CONCERNS)
    objecting = _seats(present, Choice.OBJECT)
    silent = _seats(required, None)
    taking_sides = tally.answered - tally.abstain

    if not required or counted < needed:
        verdict = Verdict.LAPSED
    elif not tally.confirming or tally.confirming < rule.threshold * taking_sides:
        verdict = Verdict.NOT_CONFIRMED
    elif concerned or objecting or silent:
        verdict = Verdict.WITH_CONCERNS
    else:
        verdict = Verdict.CONFIRMED

    return Outcome(
        verdict=verdict,
        needed=needed,
        counted=counted,
        required=tally,
        consulted=_tally([signer for signer in present if not signer.is_required], rule),
        departments=_by_department(present, rule),
        silent=silent,
        objecting=objecting,
        concerned=concerned,
        left=tuple(signer.seat for signer in everyone if signer.has_left),
    )


def _seats(signers: list[Signer], choice: Choice | None) -> tuple[int, ...]:
    return tuple(signer.seat for signer in signers if signer.choice is choice)


def _is_unopposed(signer: Signer, rule: Rule) -> bool:
    if signer.choice is not None:
        return False
    return rule.silence is Silence.CONSENT_OF_ALL or (
        rule.silence is Silence.CONSENT_OF_CONSULTED and not signer.is_required
    )


def _counts_for_quorum(signer: Signer, rule: Rule) -> bool:
    return _is_unopposed(signer, rule) and signer.is_reached


def _tally(signers: list[Signer], rule: Rule) -> Tally:
    counts = dict.fromkeys(Tally.__dataclass_fields__, 0)
    for signer in signers:
        if signer.choice is not None:
            counts[signer.choice.value] += 1
        elif _is_unopposed(signer, rule):
            counts["unopposed"] += 1
        else:
            counts["silent"] += 1
    return Tally(**counts)


def _by_department(signers: list[Signer], rule: Rule) -> tuple[tuple[int | None, Tally], ...]:
    groups: dict[int | None, list[Signer]] = {}
    for signer in signers:
        groups.setdefault(signer.department, []).append(signer)
    order = sorted(groups, key=lambda department: (department is None, department or 0))
    return tuple((department, _tally(groups[department], rule)) for department in order)


def to_plain(found: Outcome, rule: Rule) -> dict[str, Any]:
    """Return an outcome and its rule in JSON's types; shares as "2/3", seats and departments as ids."""
    return {
        "verdict": found.verdict.name.lower(),
        "needed": found.needed,
        "counted": found.counted,
        "required": asdict(found.required),
        "consulted": asdict(found.consulted),
        "departments": [{"department": department, **asdict(tally)} for department, tally in found.departments],
        "silent": [*found.silent],
        "objecting": [*found.objecting],
        "concerned": [*found.concerned],
        "left": [*found.left],
        "rule": {"quorum": str(rule.quorum), "threshold": str(rule.threshold), "silence": rule.silence.value},
    }


def from_plain(stored: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `to_plain` made."""
    departments = []
    for each in stored["departments"]:
        counts = dict(each)
        departments.append((counts.pop("department"), Tally(**counts)))
    return Outcome(
        verdict=Verdict[stored["verdict"].upper()],
        needed=stored["needed"],
        counted=stored["counted"],
        required=Tally(**stored["required"]),
        consulted=Tally(**stored["consulted"]),
        departments=tuple(departments),
        silent=tuple(stored["silent"]),
        objecting=tuple(stored["objecting"]),
        concerned=tuple(stored["concerned"]),
        left=tuple(stored["left"]),
    )
