"""Features of Beacon that were never on the roadmap: candidates, ideas, what has shipped, and what was dropped."""

from __future__ import annotations

from prioritization.sample.features import SampleFeature

CANDIDATES = (
    SampleFeature(
        "views", "Saved views shared by team, with counts that update live",
        "A list of tickets that a team cares about, saved under a name, with its count beside it everywhere.",
        {"A": "direct"}, {"Inbox": (10, 15, 23)}, "wen.li", (3.8, 3.7, 3.6, 3.7), related=("triage",),
    ),
    SampleFeature(
        "survey", "Satisfaction survey one question long, in 24 languages",
        "After a ticket is solved, one question in the customer's language, answered by one tap in the mail.",
        {"B": "direct"}, {"Insights": (7, 11, 18)}, "priya.raman", (3.5, 3.7, 3.9, 3.8),
    ),
    SampleFeature(
        "dark", "Dark theme for agents",
        "A dark look for people who sit in front of it for eight hours, in every part of the workspace.",
        {}, {"Inbox": (5, 8, 13)}, "noor.rahimi", (2.2, 4.2, 4.3, 3.4),
    ),
    SampleFeature(
        "side", "Side conversations with suppliers by e-mail",
        "Ask somebody outside about a ticket without forwarding it; their answer comes back into the ticket.",
        {"C": "direct"}, {"Inbox": (12, 19, 30)}, "tove.nilsen", (3.3, 3.1, 3.2, 3.2), related=("merge",),
    ),
    SampleFeature(
        "portal", "Customer portal in the customer’s own colours and domain",
        "Customers see their tickets and write new ones on a page that looks like their supplier and not like us.",
        {"B": "direct"}, {"Platform": (18, 28, 45)}, "rosa.marchetti", (3.5, 2.7, 3.0, 3.5), needs=("sso",),
    ),
    SampleFeature(
        "sentiment", "Sentiment flag on incoming messages",
        "A flag on messages that sound angry, so that they are read first. Nobody agrees whether it helps or hurts.",
        {"A": "direct"}, {"Insights": (9, 14, 24)}, "kofi.asante", (3.1, 3.1, 3.1, 3.1),
    ),
    SampleFeature(
        "offline", "Offline reading and drafting in the mobile app",
        "Read the last hundred tickets and write answers without a connection; they leave when there is one.",
        {}, {"Mobile": (20, 33, 55)}, "rosa.marchetti", (2.9, 2.4, 2.9, 3.6), needs=("mobile",),
    ),
    SampleFeature(
        "fields", "Custom fields that depend on each other",
        "A field shows only when another has a certain value, so that forms stay short.",
        {"C": "direct"}, {"Platform": (14, 22, 35)}, "marek.dvorak", (3.1, 2.9, 2.8, 3.2),
    ),
    SampleFeature(
        "widget", "Chat widget under 30 kB",
        "The chat on a customer's page loads in a tenth of the size, and does not slow their page down.",
        {}, {"Inbox": (9, 14, 22)}, "noor.rahimi", (2.4, 3.6, 3.6, 2.9),
    ),
    SampleFeature(
        "billing", "Time tracking and billing per ticket",
        "Time spent on a ticket becomes a line on an invoice. Finance and Support do not mean the same by it yet.",
        {"C": "direct"}, {"Platform": None}, "ben.achterberg", (3.0, 2.6, 2.6, 2.6),
    ),
    SampleFeature(
        "sandbox", "Sandbox copy of production for trying out rules",
        "A copy of one's own Beacon, with names blanked, in which rules and macros can be tried out.",
        {}, {"Platform": (24, 37, 60)}, "yusuf.demir", (2.7, 2.1, 2.6, 2.8),
    ),
    SampleFeature(
        "shifts", "Agent scheduling and shift swaps",
        "Who works when, and a way to swap shifts that the queue's targets agree with.",
        {}, {"Inbox": None}, "hanna.berg",
    ),
    SampleFeature(
        "glossary", "Glossary that keeps product names alike in every language",
        "Answers use the same word for the same part, whichever agent and language wrote them.",
        {"C": "some"}, {"Insights": (6, 10, 16)}, "lea.fontaine",
    ),
    SampleFeature(
        "snooze", "Snooze a ticket until the customer’s morning",
        "Put a ticket away until the customer's next business morning, in their zone.",
        {"A": "some"}, {"Inbox": (3, 5, 9)}, "tove.nilsen",
    ),
    SampleFeature(
        "handover", "Shift handover note, written from what is still open",
        "At the end of a shift Beacon drafts a note of what is open and promised; the agent corrects it.",
        {"A": "strong"}, {"Insights": (8, 13, 21)}, "ines.duarte",
    ),
    SampleFeature(
        "webhooks", "Webhooks that try again and show what was delivered",
        "Other systems hear of changes within a minute; what failed is tried again, and the log shows every try.",
        {"B": "some"}, {"Platform": (8, 12, 20)}, "jonas.weber",
    ),
    SampleFeature(
        "limits", "Fair limits for the API, told before they are reached",
        "Each key has a limit that is shown, counted in the open, and announced by mail at four fifths.",
        {"D": "some"}, {"Platform": (5, 8, 12)}, "jonas.weber",
    ),
    SampleFeature(
        "restore", "Restore one deleted ticket from yesterday’s backup",
        "Bring one ticket back, with its attachments, without touching anything else.",
        {"D": "strong"}, {"Platform": (10, 16, 26)}, "yusuf.demir",
    ),
)  # fmt: skip

IDEAS = (
    SampleFeature(
        "cobrowse", "See the customer’s screen, with fields blanked",
        "Look at the page together with the customer; passwords and card numbers never leave their browser.",
        {"B": "some"}, {}, "kofi.asante", status="idea",
    ),
    SampleFeature(
        "translate", "Translate both ways while typing",
        "Agents write their language, customers read theirs; the original is always one click away.",
        {"A": "strong"}, {}, "lea.fontaine", status="idea",
    ),
    SampleFeature(
        "community", "Community answers beside the ticket",
        "When the answer stands in the public forum, show it to the agent with who wrote it and when.",
        {"C": "some"}, {}, "wen.li", status="idea",
    ),
    SampleFeature(
        "video", "Screen recording instead of a long description",
        "Customers record what goes wrong, in the browser, for at most a minute.",
        {"A": "some"}, {}, "tove.nilsen", status="idea",
    ),
    SampleFeature(
        "forecast", "Staffing forecast for the next eight weeks",
        "How many agents each queue will need, from three years of tickets and the calendar.",
        {"C": "strong"}, {}, "priya.raman", status="idea",
    ),
    SampleFeature(
        "quality", "Ten random answers a week for review",
        "A fair sample of each agent's answers, read by a colleague against five questions.",
        {"D": "some"}, {}, "ines.duarte", status="idea",
    ),
    SampleFeature(
        "carrier", "Parcel tracking inside the ticket",
        "Where the parcel is, from the five carriers that most customers use.",
        {"C": "some"}, {}, "rosa.marchetti", status="idea",
    ),
    SampleFeature(
        "passkeys", "Passkeys for customers of the portal",
        "No password to forget: one touch on the phone opens one's own tickets.",
        {"D": "strong"}, {}, "jonas.weber", status="idea", needs=("portal",),
    ),
    SampleFeature(
        "contracts", "Contract terms read from the signed PDF",
        "Reply times and contacts are proposed from the contract; a person confirms them.",
        {"B": "some"}, {}, "ben.achterberg", status="idea", related=("targets",),
    ),
)  # fmt: skip

SHIPPED = (
    SampleFeature(
        "search", "Search that finds typing errors and attachments",
        "One field finds tickets, people and the text of attached files, and forgives a slip.",
        {"A": "direct"}, {"Platform": (14, 20, 30)}, "jonas.weber", status="shipped", progress=1.0,
    ),
    SampleFeature(
        "collision", "See who else is writing an answer",
        "Two agents on one ticket see each other before both have answered.",
        {"C": "direct"}, {"Inbox": (4, 6, 9)}, "noor.rahimi", status="shipped", progress=1.0,
    ),
    SampleFeature(
        "threads", "Whole mail threads, with quotes folded",
        "A thread reads from top to bottom, each sentence once.",
        {"A": "some"}, {"Inbox": (7, 10, 15)}, "wen.li", status="shipped", progress=1.0,
    ),
    SampleFeature(
        "tags", "Tags that are proposed from the text",
        "Two of three tickets get the right tag without a click.",
        {"C": "strong"}, {"Insights": (9, 14, 22)}, "omar.haddad", status="shipped", progress=1.0,
    ),
    SampleFeature(
        "two-step", "Two-step sign-in for every agent",
        "A second step by app or key, and a report of who has none yet.",
        {"D": "direct"}, {"Platform": (6, 9, 14)}, "jonas.weber", status="shipped", progress=1.0,
    ),
    SampleFeature(
        "spam", "Spam that never reaches the inbox",
        "Unwanted mail is held back; a digest shows what was held.",
        {"C": "some"}, {"Platform": (5, 8, 12)}, "yusuf.demir", status="shipped", progress=1.0,
    ),
    SampleFeature(
        "signatures", "Signatures by team and language",
        "One place for signatures; agents pick nothing.",
        {}, {"Inbox": (2, 3, 5)}, "marek.dvorak", status="shipped", progress=1.0,
    ),
    SampleFeature(
        "retention", "Delete tickets when their time is over",
        "Each kind of ticket has a time after which it is deleted, and a protocol of what was.",
        {"D": "direct"}, {"Platform": (8, 12, 18)}, "omar.haddad", status="shipped", progress=1.0,
    ),
)  # fmt: skip

DROPPED = (
    SampleFeature(
        "fax", "Fax as a channel",
        "Two customers asked, one of them by fax. Both have a mail gateway by now.",
        {}, {}, "kofi.asante", status="dropped",
    ),
    SampleFeature(
        "badges", "Badges for the fastest agent",
        "Dropped after the talk with the works council: fast is not the same as good.",
        {}, {}, "greta.olsen", status="dropped",
    ),
    SampleFeature(
        "bot", "A bot that answers without an agent",
        "Dropped: customers of our customers must always be able to reach a person. Suggestions do the useful part.",
        {"C": "some"}, {}, "aiko.mori", status="dropped", related=("suggest",),
    ),
    SampleFeature(
        "toolbar", "Toolbar for old Outlook versions",
        "Dropped: the last customer who needs it has moved on.",
        {}, {}, "tomas.silva", status="dropped",
    ),
    SampleFeature(
        "ringtones", "Ringtones by customer",
        "Dropped: nobody could say what it would be good for.",
        {}, {}, "tove.nilsen", status="dropped",
    ),
)  # fmt: skip

BACKLOG = (*CANDIDATES, *IDEAS, *SHIPPED, *DROPPED)
