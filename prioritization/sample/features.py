"""Beacon's features. The first group is on the roadmap or was; see `backlog` for the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Days = tuple[float, float, float]
Marks = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class SampleFeature:
    """A feature of the sample.

    serves  objective letter -> strength
    days    team -> person-days low, likely, high; the first team leads
    marks   what people on average give for impact, effort, ease, happiness, 1..5; None: nobody was asked
    """

    key: str
    title: str
    summary: str
    serves: Mapping[str, str]
    days: Mapping[str, Days | None]
    owner: str
    marks: Marks | None = None
    status: str = "candidate"
    needs: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    description: str = ""
    progress: float = field(default=0.0)


PLANNED = (
    SampleFeature(
        "triage", "Keyboard-only triage of the inbox",
        "Read, assign, tag and close tickets without touching the mouse. Agents who tried the prototype sorted a morning's"
        " inbox in eleven minutes instead of nineteen.",
        {"A": "direct", "C": "some"}, {"Inbox": (9, 13, 20)}, "noor.rahimi", (3.9, 4.1, 4.2, 4.2),
        description="## What it does\n\n- Every act in the inbox has a key, shown beside it.\n- `?` lists all of them.\n"
        "- Nothing is a key alone: buttons and menus stay.\n\n## Not in it\n\nKeys that people choose themselves.",
    ),
    SampleFeature(
        "undo", "Undo send for 30 seconds",
        "A reply waits half a minute before it leaves, with an Undo beside it. Every tenth apology mail of last quarter"
        " was about something sent too early.",
        {"C": "direct"}, {"Inbox": (3, 5, 8)}, "noor.rahimi", (3.7, 4.5, 4.3, 4.4),
    ),
    SampleFeature(
        "sso", "Single sign-on by SAML and OIDC on every plan",
        "Sign in with the company's own account, on every plan and not only the largest. Fourteen of the last twenty lost"
        " deals asked for it in the first call.",
        {"B": "direct", "D": "strong"}, {"Platform": (14, 21, 34)}, "jonas.weber", (4.6, 3.3, 3.7, 4.0),
    ),
    SampleFeature(
        "export", "Export every ticket, attachment and note on request (GDPR Art. 20)",
        "One request gives a customer everything that Beacon holds about them, complete, in open formats, within a day."
        " Today an engineer spends half a day on each.",
        {"D": "direct"}, {"Platform": (12, 18, 27)}, "omar.haddad", (3.5, 3.6, 3.7, 2.9),
    ),
    SampleFeature(
        "health", "Customer health on the ticket: contract, renewal date, open incidents",
        "Beside each ticket stands who is writing: contract, renewal date, open incidents, last survey. Agents need not"
        " look it up in three other systems.",
        {"B": "direct", "A": "some"}, {"Insights": (11, 16, 26)}, "omar.haddad", (4.3, 3.6, 3.6, 4.1),
    ),
    SampleFeature(
        "targets", "Reply-time targets per customer, with business hours and public holidays",
        "Each customer's contract says how fast an answer is due; the inbox sorts by what is due next, counting only their"
        " business hours and their country's holidays.",
        {"A": "direct", "B": "strong"}, {"Inbox": (18, 26, 40)}, "ines.duarte", (4.3, 2.9, 3.3, 4.0),
    ),
    SampleFeature(
        "merge", "Merge duplicate tickets across e-mail, chat and phone, keeping one audit trail",
        "The same question by mail, chat and phone becomes one ticket with one history that can be taken apart again."
        " One ticket in eight is such a double.",
        {"C": "direct", "A": "some"}, {"Inbox": (22, 34, 52)}, "lea.fontaine", (4.4, 2.6, 3.5, 4.3),
    ),
    SampleFeature(
        "import", "Import from Zendesk, Freshdesk and Jira Service Management",
        "Tickets, people, tags and macros of the three help desks that most customers come from, with a preview and a way"
        " back. Two contracts name it.",
        {"B": "direct"}, {"Platform": (16, 25, 42)}, "jonas.weber", (4.3, 2.9, 3.2, 3.6),
    ),
    SampleFeature(
        "digest", "Weekly digest for managers: what got slower, and why",
        "Every Monday one page by mail: which queues got slower, what changed, and the five tickets behind it. No login"
        " needed to read it.",
        {"C": "direct", "A": "strong"}, {"Insights": (6, 9, 14)}, "greta.olsen", (3.6, 4.0, 4.1, 3.2),
    ),
    SampleFeature(
        "audit", "Audit log with search, retention and a read-only auditor seat",
        "Who saw and changed what, searchable, kept as long as the policy says, and open to an auditor who can change"
        " nothing.",
        {"D": "direct", "B": "some"}, {"Platform": (13, 20, 31)}, "jonas.weber", (3.9, 3.3, 3.5, 2.8), needs=("export",),
    ),
    SampleFeature(
        "suggest", "Answer suggestions from solved tickets, with the source shown beside each sentence",
        "While an agent types, Beacon proposes an answer made of solved tickets, and shows for every sentence which ticket"
        " it came from. Nothing is sent by itself.",
        {"A": "direct", "C": "strong"}, {"Insights": (35, 55, 90)}, "omar.haddad", (4.7, 2.0, 3.2, 4.4),
        description="## How we will know\n\nMedian time to the first reply, in queues with and without it, for four weeks"
        " each.\n\n## What worries us\n\nSuggestions that sound sure and are wrong. Hence the source beside each sentence.",
    ),
    SampleFeature(
        "route", "Route by skill, language and current load",
        "A new ticket goes to someone who knows the product, speaks the language and has room, instead of to whoever"
        " looks first.",
        {"A": "direct"}, {"Inbox": (20, 30, 48)}, "ines.duarte", (4.2, 2.8, 3.3, 3.8), needs=("targets",),
    ),
    SampleFeature(
        "status", "Status page that opens and closes from an incident ticket",
        "Marking a ticket as an incident opens an entry on the public status page; solving it closes the entry. Half of"
        " all tickets in an outage ask whether there is one.",
        {"B": "direct", "C": "strong"}, {"Platform": (15, 24, 38)}, "yusuf.demir", (3.9, 3.1, 3.4, 3.7), needs=("sso",),
    ),
    SampleFeature(
        "bulk", "Bulk actions with a preview of what will change",
        "Select many tickets, see exactly what an act would do to each, then do it in one go, with one undo.",
        {"C": "direct"}, {"Inbox": (8, 12, 19)}, "wen.li", (3.5, 3.7, 3.8, 3.4), related=("merge",),
    ),
    SampleFeature(
        "reader", "Screen-reader support for the agent workspace (EN 301 549)",
        "The whole agent workspace can be used by ear and keyboard, checked against EN 301 549. Public buyers ask for the"
        " report; two of our own agents need it.",
        {"D": "direct", "B": "some"}, {"Inbox": (26, 40, 64)}, "noor.rahimi", (3.8, 2.6, 3.5, 3.8), related=("triage",),
    ),
    SampleFeature(
        "macros", "Macros with conditions and a dry run",
        "Prepared answers and steps that depend on the ticket, and a dry run that shows what they would have done to"
        " yesterday's tickets.",
        {"C": "direct"}, {"Inbox": (11, 17, 27)}, "marek.dvorak", (3.4, 3.3, 3.2, 3.3), needs=("bulk",),
    ),
    SampleFeature(
        "mobile", "Mobile app: answer, assign and close with one thumb",
        "The five things that people do on the way: read, answer, assign, snooze, close. Everything in reach of one thumb.",
        {"A": "direct", "C": "some"}, {"Mobile": (20, 30, 46), "Platform": (12, 18, 28)}, "rosa.marchetti",
        (3.9, 2.2, 3.1, 4.1),
    ),
    SampleFeature(
        "whatsapp", "WhatsApp Business and Instagram as channels",
        "Answer messages from both in the same inbox, with the same rules, reply targets and audit trail as e-mail."
        " Customers in retail say that half of their questions arrive there.",
        {"B": "direct", "A": "some"}, {"Platform": (28, 44, 70)}, "omar.haddad", (3.6, 2.4, 2.6, 3.4),
        needs=("triage", "sso"),
    ),
    SampleFeature(
        "residency", "Data residency: keep EU tickets in the EU, including backups and search index",
        "Everything about a customer in the EU stays there, copies and search included, and a report proves it. The two"
        " largest customers ask for it before they renew.",
        {"D": "direct", "B": "strong"}, {"Platform": None}, "jonas.weber", (4.3, 1.7, 2.0, 2.9),
    ),
    SampleFeature(
        "voice", "Voice calls: recording, transcript and redaction of card numbers",
        "Calls become tickets: recorded, written out, with card numbers blanked in sound and text. Kestrel Outdoor was"
        " told that it would come within a year.",
        {"B": "direct"}, {"Platform": (46, 70, 115)}, "tomas.silva", (3.7, 1.5, 2.1, 3.4), needs=("whatsapp",),
    ),
)  # fmt: skip
