"""Legal forms that do not tell customers apart."""

# Last words of a name, folded, dots removed.
WORDS = frozenset(
    """
    co company corp corporation inc incorporated limited ltd coltd llc llp lp plc
    gmbh mbh ug ag kg kgaa ohg sa sas sarl srl spa sl bv nv oy oyj ab as aps
    pty pte pvt private sdn bhd kk
    """.split()
)

# Ends of a name that is written without spaces, longest first.
TRAILING = (
    "股份有限责任公司",
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "股份公司",
    "股份有限",
    "有限责任",
    "有限合伙",
    "普通合伙",
    "株式会社",
    "公司",
)

# Beginnings that mean the same.
LEADING = ("株式会社",)

# A branch, a subsidiary or a head office is a customer of its own: its form stays.
UNITS = ("分", "子", "总", "母")
