"""The telephone: the connector's reader and its way into PostgreSQL, whose number it
is, nothing lost whatever breaks, and the pop in the browser."""

from tests.bench.keys import Key

from . import data, ingest, live, match, parse

STEPS = (
    parse.measure,
    data.measure,
    match.measure,
    ingest.measure,
    live.measure,
)
KEYS = (
    Key(
        "ami.parse_vs_pyst2",
        "events parsed a second / by plain pyst2",
        "all recorded sessions, played over a socket by another process, from the first"
        " byte to the last callback; in turns, median of three pairs",
        at_least=20,
    ),
    Key(
        "ami.ingest_events_per_s",
        "events a second from the socket to folded calls in PostgreSQL",
        "the connector command, 1,500 recorded calls of all kinds mixed as at 50 new"
        " calls a second, among 500,000 numbers; every event and every call (result,"
        " talk time) is compared afterwards; median of three rounds",
        at_least=1500,
    ),
    Key(
        "match.p99_ms",
        "whose number it is, ms",
        "crm.phone.number._match of 1,000 presented numbers as an agent, 500,000"
        " stored, one in ten unknown, one in ten cut: p99, median of three rounds",
        at_most=5,
    ),
    Key(
        "match.vs_suffix",
        "search by the end of the text / ours",
        "phone_sanitized =like %end on the same contacts, in turns; medians, median of"
        " three pairs",
        at_least=50,
    ),
    Key(
        "ami.lost_calls",
        "calls lost after the faults",
        "calls every 0.6 s on a real Asterisk while the connection is cut, the"
        " connector killed, the network away, the PBX frozen, the database away, the"
        " PBX restarted: channels of its CDR that are a leg of no call, and calls that"
        " do not end",
        at_most=0,
    ),
    Key(
        "pop.p95_ms",
        "from Asterisk's event to the panel in the browser, ms",
        "30 calls to a telephone of the real Asterisk: from the Timestamp of its"
        " Newchannel to the call's article in the DOM of headless Chromium: p95",
        at_most=500,
    ),
)
