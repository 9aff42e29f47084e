"""Under which keys a presented number is looked for."""

from dataclasses import dataclass

from .cleaning import digits
from .normalising import normalise
from .number import NumberError

# Fewer digits are an extension or a service number: everybody would match.
SUFFIX_LENGTH = 7


@dataclass(frozen=True, slots=True)
class SearchKeys:
    """Keys of a presented number.

    :param e164: the number in full, empty when it cannot be known
    :param region: its country, empty when it cannot be known
    :param prefix: reversed national digits; a stored number's reversed digits
        begin with them when it is the same number written with more in front
    :param shorter: reversed digits under which the same number may be stored
        when it was written with less in front (no area code)
    """

    e164: str = ""
    region: str = ""
    prefix: str = ""
    shorter: tuple = ()

    def __bool__(self):
        return bool(self.e164 or self.prefix)


def search_keys(raw, region=None):
    """Keys for the number a telephone exchange or a user presents.

    Anonymous callers, extensions and other short numbers have none (false).

    >>> search_keys("057188886666", "CN").e164, bool(search_keys("8001", "CN"))
    ('+8657188886666', False)
    """
    try:
        number = normalise(raw, region)
    except NumberError:
        plain = digits(raw).lstrip("0")
        if len(plain) < SUFFIX_LENGTH:
            return SearchKeys()
        return SearchKeys(prefix=plain[::-1], shorter=_shorter(plain[::-1]))
    national = number.national[::-1]
    return SearchKeys(
        e164=number.e164,
        region=number.region,
        prefix=national if len(national) >= SUFFIX_LENGTH else "",
        shorter=_shorter(national),
    )


def _shorter(reversed_digits):
    """Every beginning that is long enough to be a number, the trunk zero included."""
    lengths = range(SUFFIX_LENGTH, len(reversed_digits) + 1)
    return tuple(reversed_digits[:length] for length in lengths) + (
        (reversed_digits + "0",) if len(reversed_digits) >= SUFFIX_LENGTH else ()
    )
