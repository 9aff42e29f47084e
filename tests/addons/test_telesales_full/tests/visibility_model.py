"""Who sees what, in plain Python: what the tests of visibility compare the ORM with.

Nothing here asks Odoo. A world is made of the facts below; the functions say who sees
which of them. They are written from the requirements (P20 to P22, P32, G18), not from
the record rules.
"""

from dataclasses import dataclass, field


@dataclass
class Person:
    """A user. `role` is one of ROLES of visibility_world."""

    id: int
    role: str
    company_ids: set[int]
    commercial_id: int
    led_ids: set[int] = field(default_factory=set)

    @property
    def is_pool_manager(self) -> bool:
        return self.role in ("manager", "consultant")

    @property
    def is_in_pool(self) -> bool:
        return self.role in ("agent", "leader", "manager", "consultant")

    @property
    def is_sales(self) -> bool:
        return self.is_in_pool or self.role in ("seller", "all_documents")

    @property
    def sees_all_documents(self) -> bool:
        return self.is_pool_manager or self.role == "all_documents"

    @property
    def is_portal(self) -> bool:
        return self.role in ("portal", "reseller")


@dataclass
class Partner:
    """A contact. `commercial_id` is its own id for companies."""

    id: int
    commercial_id: int
    is_colleague: bool = False


@dataclass
class Row:
    """A customer in the pool of one company."""

    id: int
    partner_id: int
    company_id: int
    owner_id: int = 0
    is_shared: bool = True
    pool_user_ids: set[int] | None = None  # None: an open pool
    reseller_id: int = 0
    member_ids: set[int] = field(default_factory=set)
    salespeople: set[int] = field(default_factory=set)  # of open documents


@dataclass
class Document:
    """A lead, an order or a contact record."""

    id: int
    model: str
    user_id: int
    partner_id: int
    company_id: int
    row_id: int = 0


class World:
    def __init__(self):
        self.people: list[Person] = []
        self.partners: dict[int, Partner] = {}
        self.rows: dict[int, Row] = {}
        self.documents: list[Document] = []

    def rows_of(self, commercial_id):
        return [row for row in self.rows.values() if row.partner_id == commercial_id]

    # customers

    def sees_row(self, person, row):
        if person.role == "reseller":
            is_his = row.reseller_id and row.reseller_id == person.commercial_id
            return bool(is_his) and row.company_id in person.company_ids
        if not person.is_in_pool or row.company_id not in person.company_ids:
            return False
        return person.is_pool_manager or self.works_on(person, row)

    def works_on(self, person, row):
        """By himself, by his team or by his pool."""
        if row.owner_id == person.id or person.id in row.member_ids:
            return True
        if person.id in row.salespeople or row.owner_id in person.led_ids:
            return True
        is_member = row.pool_user_ids is None or person.id in row.pool_user_ids
        return row.is_shared and is_member

    # contacts

    def sees_partner(self, person, partner):
        if person.is_portal:
            return partner.commercial_id == person.commercial_id
        if partner.is_colleague or not person.is_sales or person.is_pool_manager:
            return True
        rows = [
            row
            for row in self.rows_of(partner.commercial_id)
            if row.company_id in person.company_ids
        ]
        has_private = any(not row.is_shared for row in rows)
        return not has_private or any(self.works_on(person, row) for row in rows)

    def exports_partner(self, person, partner):
        """As shipped: what one works on, and what is in no pool; not a shared
        customer of a pool that one is not in."""
        if not self.sees_partner(person, partner):
            return False
        if not person.is_in_pool or person.is_pool_manager or partner.is_colleague:
            return True
        rows = [
            row
            for row in self.rows_of(partner.commercial_id)
            if row.company_id in person.company_ids
        ]
        return not rows or any(self.works_on(person, row) for row in rows)

    # documents

    def sees_document(self, person, document):
        if document.model == "crm.contact.record":
            row = self.rows[document.row_id]
            return not person.is_portal and self.sees_row(person, row)
        if person.is_portal:
            partner = self.partners[document.partner_id]
            is_order = document.model == "sale.order"
            return is_order and partner.commercial_id == person.commercial_id
        if document.company_id not in person.company_ids:
            return False
        if person.role == "accountant":
            return document.model == "sale.order"
        if not person.is_sales:
            return False
        is_own = document.user_id == person.id
        if not (
            is_own
            or not document.user_id
            or person.sees_all_documents
            or document.user_id in person.led_ids
        ):
            return False
        partner = self.partners[document.partner_id]
        if document.model == "sale.order" and is_own:
            return True
        return self.sees_partner(person, partner)

    # sets of ids by model

    def visible(self, person, model):
        if model == "crm.pool.customer":
            return {r.id for r in self.rows.values() if self.sees_row(person, r)}
        if model == "res.partner":
            return {
                p.id for p in self.partners.values() if self.sees_partner(person, p)
            }
        return {
            d.id
            for d in self.documents
            if d.model == model and self.sees_document(person, d)
        }

    def exportable(self, person, model):
        if model != "res.partner":
            return self.visible(person, model)
        return {p.id for p in self.partners.values() if self.exports_partner(person, p)}

    def everything(self, model):
        if model == "crm.pool.customer":
            return set(self.rows)
        if model == "res.partner":
            return set(self.partners)
        return {d.id for d in self.documents if d.model == model}
