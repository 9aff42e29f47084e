"""What comes out of a cell: a number, or the reason why there is none."""

from dataclasses import dataclass

import phonenumbers

REASONS = (
    "empty",  # nothing in the cell
    "letters",  # text that is no number
    "not_exact",  # digits were lost: 1.38E+10, or more than a float can hold
    "no_region",  # no country: neither + nor a region given
    "too_short",
    "too_long",
    "not_valid",  # right length, but no such number range
)


class NumberError(ValueError):
    """A text that is no telephone number.

    ``reason`` is one of ``REASONS``, ``raw`` the text as it was given.
    """

    def __init__(self, reason, raw=""):
        super().__init__(f"{reason}: {raw!r}")
        self.reason = reason
        self.raw = raw

    def __eq__(self, other):
        return isinstance(other, NumberError) and (self.reason, self.raw) == (
            other.reason,
            other.raw,
        )

    def __hash__(self):
        return hash((self.reason, self.raw))


@dataclass(frozen=True, slots=True)
class Number:
    """One telephone number in every country's notation.

    :param e164: ``+`` and up to 15 digits
    :param region: ISO 3166 code, empty for numbers of no country (satellite, +800)
    :param national: digits without the country code and the trunk zero
    :param kind: mobile, fixed, fixed_or_mobile, toll_free, shared_cost, premium,
        voip or other
    :param extension: digits behind the number, empty without one
    """

    e164: str
    region: str
    national: str
    kind: str
    extension: str = ""

    @property
    def reversed(self):
        """Digits of E.164 from the last to the first, for search by suffix."""
        return self.e164[:0:-1]

    @property
    def international(self):
        """As people read it: +86 138 1234 5678."""
        parsed = phonenumbers.parse(self.e164)
        written = phonenumbers.format_number(
            parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
        return f"{written} x{self.extension}" if self.extension else written

    def written(self, region):
        """As people in `region` read it: national at home, else international.

        :param region: ISO 3166 code, or empty
        """
        if not region or self.region != region:
            return self.international
        written = phonenumbers.format_number(
            phonenumbers.parse(self.e164), phonenumbers.PhoneNumberFormat.NATIONAL
        )
        return f"{written} x{self.extension}" if self.extension else written

    def __str__(self):
        return f"{self.e164} x{self.extension}" if self.extension else self.e164
