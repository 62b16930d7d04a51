"""How links are written: public ids, secrets that a mail program can't spoil, their hashes and checksums."""

import base64
import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass

ALPHABET = string.ascii_lowercase + "234567"
SECRET_LENGTH = 52  # base32 of 32 bytes
CHECKSUM_LENGTH = 4
_TOKEN = re.compile(r"^(?P<id>[a-z2-7]{8,16})-(?P<secret>[a-z2-7]*)$")


def public_id() -> str:
    """Return a random id of 12 lower-case base32 characters (60 bits): a name, not a secret."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


def is_public_id(text: str) -> bool:
    """Whether a text is written as `public_id` writes one."""
    return re.fullmatch(r"[a-z2-7]{12}", text) is not None


def secret_of(key: str, link_id: str, generation: int) -> str:
    """Return the secret of a link: base32 of HMAC-SHA256(key, id ‖ generation), lower case, no padding.

    The same link and generation always give the same secret, so that every mail of a round carries the same link
    although only its hash is stored.
    """
    digest = hmac.new(key.encode(), f"link\x00{link_id}\x00{generation}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().rstrip("=").lower()


def checksum(text: str) -> str:
    """Return four characters that tell a link cut or mistyped by a mail program from one that never was."""
    return base64.b32encode(hashlib.sha256(b"sum\x00" + text.encode()).digest()[:5]).decode().lower()[:CHECKSUM_LENGTH]


def token(key: str, link_id: str, generation: int) -> str:
    """Return what stands in the address: `<id>-<secret><checksum>`."""
    body = f"{link_id}-{secret_of(key, link_id, generation)}"
    return body + checksum(body)


def hash_of(secret: str) -> str:
    """Return the SHA-256 of a secret in hex: all that the database keeps of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_in_code(key: str, name: str) -> str:
    """Return the code of one sign-in mail: eight base32 letters and digits in two groups (40 bits), from the mail's name.

    It lives minutes and allows three tries; the mail can be rendered at any time without the code being stored.
    """
    digest = hmac.new(key.encode(), f"code\x00{name}".encode(), hashlib.sha256).digest()
    code = base64.b32encode(digest[:5]).decode()
    return f"{code[:4]}-{code[4:]}"


@dataclass(frozen=True)
class Parsed:
    """What an address says: a whole token, or one that was cut on its way."""

    link_id: str
    secret: str
    is_whole: bool


def parse(text: str) -> Parsed | None:
    """Read a token; None for text that never was one. A cut or damaged one comes back with `is_whole` False.

    Upper case is read as lower case, since some mail systems change it.
    """
    found = _TOKEN.match(text.lower())
    if not found:
        return None
    body, tail = text.lower()[:-CHECKSUM_LENGTH], text.lower()[-CHECKSUM_LENGTH:]
    secret = found["secret"][:-CHECKSUM_LENGTH]
    whole = len(secret) == SECRET_LENGTH and hmac.compare_digest(checksum(body), tail)
    return Parsed(found["id"], secret if whole else "", whole)


def masked(path: str) -> str:
    """Return a text in which every link's secret is written as `***` (for logs and the outbox page)."""
    return re.sub(r"(/[srm]/[A-Za-z2-7]{8,16}-)[A-Za-z0-9]+", r"\1***", path)
