"""Reading bytes or pasted text into a table: encoding, delimiter, and the limits that hold before any parsing."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from charset_normalizer import from_bytes

from roadmap.rules.imports.cells import plain_cell

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL = 100_000
DELIMITERS = ",;\t|"
_SAMPLE_RECORDS = 60
_MOST = 0.6
_NOWHERE = "\x1f"  # the delimiter of a table with one column: it cannot stand in a text
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")


class Fault(StrEnum):
    """Why a whole file cannot be read."""

    EMPTY = "empty"
    TOO_LARGE = "too large"
    TOO_MANY_ROWS = "too many rows"
    TOO_MANY_COLUMNS = "too many columns"
    CELL_TOO_LONG = "cell too long"
    NOT_TEXT = "not text"
    NOT_A_TABLE = "not a table"
    OPEN_QUOTE = "open quote"


class Unreadable(Exception):
    """The file as a whole cannot be read; `fault` says why, `line` where (0 when there is no one place)."""

    def __init__(self, fault: Fault, *, line: int = 0) -> None:
        super().__init__(fault.value)
        self.fault, self.line = fault, line


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `number` counts records as a spreadsheet does: the first line of the file is 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows, as text. Cells are stripped of spaces at both ends; blank records are left out."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str
    delimiter: str

    def column(self, index: int) -> Iterator[str]:
        """Yield the cells of one column from top to bottom; short rows count as empty."""
        for row in self.rows:
            yield row.cells[index] if index < len(row.cells) else ""


def read(source: bytes | str) -> Table:
    """Return the table in `source`, a file's bytes or pasted text.

    The header is the first record with more than one filled cell (some exports put a title or an address above it), or
    the first filled one when no record has two. Raises Unreadable.
    """
    if len(source) > MAX_BYTES:
        raise Unreadable(Fault.TOO_LARGE)
    text, encoding = (source, "") if isinstance(source, str) else decoded(source)
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if not text.strip():
        raise Unreadable(Fault.EMPTY)
    if "\0" in text:
        raise Unreadable(Fault.NOT_TEXT)
    if text.lstrip()[0] in "{[<":
        raise Unreadable(Fault.NOT_A_TABLE)
    delimiter = _delimiter(text)
    records = _records(text, delimiter or _NOWHERE)
    filled = [(number, cells) for number, cells in records if any(cells)]
    if not filled:
        raise Unreadable(Fault.EMPTY)
    start = next((i for i, (_, cells) in enumerate(filled) if sum(map(bool, cells)) > 1), 0) if delimiter else 0
    header = list(filled[start][1])
    while header and not header[-1]:
        header.pop()
    rows = tuple(Row(number, _trimmed(cells, len(header))) for number, cells in filled[start + 1 :])
    return Table(tuple(" ".join(name.split()) for name in header), rows, encoding, delimiter)


def decoded(source: bytes) -> tuple[str, str]:
    """Return text and the name of its encoding: a byte order mark wins, then UTF-8, then the most likely one.

    Raises Unreadable where it is no text.
    """
    if len(source) > MAX_BYTES:
        raise Unreadable(Fault.TOO_LARGE)
    if source.startswith(_BINARY):
        raise Unreadable(Fault.NOT_TEXT)
    for mark, name in _BOMS:
        if source.startswith(mark):
            try:
                return source.decode(name), name.removesuffix("-sig")
            except UnicodeDecodeError as error:
                raise Unreadable(Fault.NOT_TEXT) from error
    try:
        return source.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\0" in source:
        raise Unreadable(Fault.NOT_TEXT)
    # Windows' Western set first: on a short file any guess is as good as another, and this one is what people have.
    guess = from_bytes(source).best()
    if guess is None:
        raise Unreadable(Fault.NOT_TEXT)
    western = guess.encoding in ("cp1250", "cp1252", "latin_1", "iso8859_15", "mac_roman") or len(source) < 256
    name = "cp1252" if western else guess.encoding
    try:
        return source.decode(name), name.replace("_", "-")
    except UnicodeDecodeError:
        return str(guess), guess.encoding.replace("_", "-")


def _delimiter(text: str) -> str:
    """Return the delimiter under which the first records have the most alike number of cells; "" for a plain list of lines.

    The standard library's Sniffer decides by character frequency and takes a comma in prose for a delimiter; here the
    records are parsed with each candidate, and the share of records of the same width counts. A list of titles, one a
    line under a heading, may have commas in a few of them: it is a list still.
    """
    best, best_mark = "", 0.0
    for candidate in DELIMITERS:
        reader = csv.reader(io.StringIO(text), delimiter=candidate)
        widths: list[int] = []
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    widths.append(len(cells))
                if len(widths) >= _SAMPLE_RECORDS:
                    break
        except csv.Error:
            continue
        if not widths:
            return candidate  # nothing but this delimiter
        common = Counter(width for width in widths if width > 1).most_common(1)
        if not common:
            continue
        width, times = common[0]
        share = times / len(widths)
        mark = share * (2.0 if widths[0] > 1 else 1.0) + min(width, 50) / 1000
        if mark > best_mark and (widths[0] > 1 or share > _MOST):
            best, best_mark = candidate, mark
    return best


def _records(text: str, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return (number, cells) of every record. A stray quote inside a cell is text; one never closed is a fault."""
    try:
        return _parsed(text, delimiter, strict=True)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise Unreadable(Fault.OPEN_QUOTE, line=_line_of_open_quote(text, delimiter)) from error
        return _parsed(text, delimiter, strict=False)


def _parsed(text: str, delimiter: str, *, strict: bool) -> list[tuple[int, tuple[str, ...]]]:
    limit = csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=strict)
    records: list[tuple[int, tuple[str, ...]]] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > MAX_COLUMNS:
                raise Unreadable(Fault.TOO_MANY_COLUMNS, line=reader.line_num)
            if number > MAX_ROWS + 1:
                raise Unreadable(Fault.TOO_MANY_ROWS)
            records.append((number, tuple(plain_cell(cell.strip()) for cell in cells)))
    except csv.Error as error:
        if "field limit" in str(error):
            raise Unreadable(Fault.CELL_TOO_LONG, line=reader.line_num) from error
        raise
    finally:
        csv.field_size_limit(limit)
    return records


def _line_of_open_quote(text: str, delimiter: str) -> int:
    """Return the line on which the record begins that never ends."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    line = 1
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error:
        pass
    return line


def _trimmed(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Return the cells without empty ones beyond the header's width: spreadsheets add those."""
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return cells
