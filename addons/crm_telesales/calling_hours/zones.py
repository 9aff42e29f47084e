"""Where may the callee be? Candidate zones from the address, else from the number."""

from collections.abc import Iterable

import phonenumbers
from phonenumbers.timezone import time_zones_for_number

UNKNOWN = "Etc/Unknown"


def candidate_zones(
    e164: str, country: str = "", country_zones: Iterable[str] = ()
) -> tuple[str, ...]:
    """Every zone the callee may be in, sorted; empty when nothing is known.

    ``country`` is the ISO code of the address, ``country_zones`` the zones of that
    country. An address decides; only inside a country of several zones the number,
    when it is one of that country, tells more. Without address the number decides.

    >>> candidate_zones("+8613800138000", "CN", ["Asia/Shanghai", "Asia/Urumqi"])
    ('Asia/Shanghai',)
    >>> candidate_zones("+8613800138000", "NP", ["Asia/Kathmandu"])
    ('Asia/Kathmandu',)
    >>> candidate_zones("+12125550123")
    ('America/New_York',)
    >>> len(candidate_zones("+18005550123")) > 5
    True
    """
    by_address = sorted(set(country_zones))
    region, by_number = _of_number(e164)
    if not by_address:
        return tuple(sorted(by_number))
    if region == country.upper():
        narrowed = sorted(by_number.intersection(by_address))
        return tuple(narrowed or by_address)
    return tuple(by_address)


def _of_number(e164: str) -> tuple[str, set[str]]:
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return "", set()
    zones = {zone for zone in time_zones_for_number(number) if zone != UNKNOWN}
    return phonenumbers.region_code_for_number(number) or "", zones
