from odoo import api, fields, models
from odoo.fields import Domain

from .crm_main_line import NEW_STAGES

# Rows that are looked at for one "next"; others' leases are left out before.
LOOK_AT = 20


class CrmWorkQueue(models.AbstractModel):
    """What to do next, from the main line's rows in the order of value (P41): by stage,
    inside a stage by customer value (G25), then by the date of the visit.

    Own work comes before shared work, what is due before customers that nobody has
    contacted yet. When nothing is left, screening is offered, then collecting (C17).
    Other addons add sources by adding rows to the main line (C16).
    """

    _name = "crm.work.queue"
    _description = "Work Queue"

    @api.model
    def get_queue(self, scope="mine", limit=40):
        """The day's work in the order in which `next_work` hands it out.

        :param scope: as of the main line
        :return: list of items, see `_item`
        """
        main_line = self.env["crm.main.line"]
        if scope not in main_line._scopes():
            scope = "mine"
        items = []
        for row, column in self._passes():
            if len(items) >= limit:
                break
            found = self._due(row, column, scope, Domain.TRUE, limit - len(items))
            items += [self._item(row, column, record) for record in found]
        return items

    @api.model
    def next_work(self, skipped=None, first=None):
        """The next thing to work on, in one's hands until its lease ends.

        :param skipped: keys of items that the user has been through in this session
        :param first: code of the row that is gone through before all others, by who
            sells one opportunity after the other for example (G69)
        :return: an item; or a dict with kind "screening" or "collecting", a message
            and what may be opened: actions with a name and an xml id ("action") or a
            method of crm.pool.customer ("method")
        """
        skipped = [tuple(key.split(",")) for key in skipped or ()]
        for scope in ("mine", "shared"):
            for row, column in self._passes(first):
                record = self._take(row, column, scope, skipped)
                if record:
                    return self._item(row, column, record)
        return self._nothing_left()

    @api.model
    def _passes(self, first=None):
        """(row, column) in the order of work."""
        rows = self.env["crm.main.line"]._rows()
        rows.sort(key=lambda row: row.code != first)
        yield from ((row, "today") for row in rows)
        # the reserve is screened, not called
        yield from ((row, "new") for row in rows if row.code == NEW_STAGES[0])

    @api.model
    def _due(self, row, column, scope, domain, limit):
        main_line = self.env["crm.main.line"]
        order = f"{row.visit_field}, id"
        if row.is_customer and column == "today":
            # whom nobody has contacted yet is worth nothing yet
            order = f"value_score desc, {order}"
        if scope == "shared":
            if not row.is_customer:
                return self.env[row.model]
            # as the index of values says it
            domain &= Domain("owner_id", "=", False)
        return self.env[row.model].search(
            main_line._tile_domain(row, column, scope, main_line._today()) & domain,
            order=order,
            limit=limit,
        )

    @api.model
    def _take(self, row, column, scope, skipped):
        """Lease the first record of a row that nobody else works on."""
        # nobody reads or writes leases himself
        leases_sudo = self.env["crm.pool.customer"]._privileged().env["crm.work.lease"]
        model = self.env[row.model]
        skipped_ids = [int(res_id) for name, res_id in skipped if name == row.model]
        free = Domain("id", "not in", skipped_ids)
        if row.is_customer:
            free &= Domain("id", "not in", leases_sudo._ids_of_others(row.model))
        records = self._due(row, column, scope, free, LOOK_AT)
        by_key = {}
        for record in records:
            work = self._customer_of(row, record) or record
            by_key.setdefault((work._name, work.id), record)
        taken = leases_sudo._take_first(by_key)
        return by_key[taken] if taken else model

    @api.model
    def _customer_of(self, row, record):
        """Whom it is about, and who is leased, whichever of his documents is due."""
        if row.is_customer:
            return record
        if "customer_id" in record:
            # a call or callee of one's own may be about a colleague's customer
            return record.customer_id._filtered_access("read")
        if "partner_id" in record:
            return record.partner_id.commercial_partner_id.pool_customer_id
        return self.env["crm.pool.customer"]

    @api.model
    def _item(self, row, column, record):
        """One piece of work for the client: what, of which customer, why now."""
        customer = self._customer_of(row, record)
        return {
            "kind": "work",
            "key": f"{record._name},{record.id}",
            "row": row.code,
            "row_name": row.name,
            "res_model": record._name,
            "res_id": record.id,
            "name": record.display_name,
            "customer_id": customer.id,
            "customer_name": customer.name,
            "due": fields.Datetime.to_string(record[row.visit_field])
            if column == "today"
            else False,
        }

    @api.model
    def _nothing_left(self):
        """Screening while there is something to screen, else collecting."""
        waiting = self.env["crm.pool.customer"].search_count(
            [("stage_code", "=", "reserve"), ("access", "=", "shared")], limit=1
        )
        if waiting:
            reserve = "crm_stage_pipeline.crm_pool_customer_action_reserve"
            return {
                "kind": "screening",
                "message": self.env._(
                    "Nothing is due any more. Choose new customers from the reserve."
                ),
                "actions": [
                    {"name": self.env._("Screen Customers"), "action": reserve}
                ],
            }
        actions = [{"name": self.env._("New Customer"), "method": "action_new_partner"}]
        if self.env["crm.pool.import"].has_access("create"):
            action = "crm_stage_pipeline.crm_pool_import_action"
            actions.append({"name": self.env._("Import Customers"), "action": action})
        return {
            "kind": "collecting",
            "message": self.env._(
                "Nothing is due and the reserve is empty: collect new customers."
            ),
            "actions": actions,
        }
