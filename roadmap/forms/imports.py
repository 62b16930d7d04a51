"""What one pastes or uploads to import, and how it travels from page to page: nothing of it is stored before the import."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from roadmap import import_wording
from roadmap.rules.imports.columns import is_plain_list
from roadmap.rules.imports.reading import MAX_BYTES, Fault, Table, Unreadable, decoded, read

MOST_PACKED = 2_000_000


@dataclass(frozen=True)
class Parcel:
    """The text that is being imported, with the name and encoding of the file that it came in ("" when pasted).

    It travels in a hidden field, packed: two tabs can import two files, going back in the browser works, and nobody has
    to clean up what was never imported. Who sends it could as well have sent another file, so it is not signed.
    """

    text: str
    name: str = ""
    encoding: str = ""

    @cached_property
    def table(self) -> Table:
        return read(self.text)

    @cached_property
    def packed(self) -> str:
        return base64.b64encode(zlib.compress(self.text.encode("utf-8", "surrogatepass"), 9)).decode("ascii")

    @classmethod
    def unpacked(cls, data: QueryDict) -> Parcel | None:
        """Return the parcel that a form carried, None where it carried none or something else."""
        try:
            opener = zlib.decompressobj()
            text = opener.decompress(base64.b64decode(data.get("parcel", ""), validate=True), MAX_BYTES + 1)
            parcel = cls(
                text.decode("utf-8", "surrogatepass"), data.get("name", "")[:200], data.get("encoding", "")[:40]
            )
            return parcel if len(text) <= MAX_BYTES and parcel.table else None
        except (ValueError, zlib.error, Unreadable):  # base64 and UTF-8 refuse by ValueError
            return None


class SourceForm(forms.Form):
    """Rows pasted from a spreadsheet, or a CSV file. A valid one has a `parcel`."""

    text = forms.CharField(
        label=lazy("Paste from a spreadsheet"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "wrap": "off"}),
        help_text=lazy("Copy the rows with their heading line. A plain list of titles, one a line, will do."),
    )
    file = forms.FileField(
        label=lazy("Or choose a CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"}),
    )

    def clean(self) -> None:
        file, text = self.cleaned_data.get("file"), self.cleaned_data.get("text") or ""
        if file is None and not text.strip():
            raise ValidationError(_("Paste some rows, or choose a file."), code="nothing")
        where = "file" if file else "text"
        try:
            if file and file.size > MAX_BYTES:
                raise Unreadable(Fault.TOO_LARGE)
            body, encoding = decoded(file.read()) if file else (text, "")
            self.parcel = Parcel(body, file.name if file else "", encoding)
            if not file and is_plain_list(self.parcel.table):
                self.parcel = Parcel(f"Title\n{body}")
            rows = self.parcel.table.rows
        except Unreadable as refusal:
            raise ValidationError({where: import_wording.of_file(refusal)}) from refusal
        if not rows:
            raise ValidationError({where: _("It has a heading and no rows. Add the rows below the heading.")})
        if len(self.parcel.packed) > MOST_PACKED:
            raise ValidationError(
                {
                    where: _(
                        "It is too large for this page. Split it, or ask whoever runs Accord to use import_features."
                    )
                }
            )
