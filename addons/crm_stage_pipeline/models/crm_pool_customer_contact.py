from odoo import fields, models


class CrmPoolCustomer(models.Model):
    """Contact records of a customer."""

    _inherit = "crm.pool.customer"

    record_ids = fields.One2many(
        comodel_name="crm.contact.record",
        inverse_name="customer_id",
        string="Contact Records",
        copy=False,
    )
    source_id = fields.Many2one(
        comodel_name="utm.source",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Where this company has the customer from.",
    )
    import_id = fields.Many2one(
        comodel_name="crm.pool.import",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="crm_stage_pipeline.crm_stage_pipeline_group_leader",
        help="The file that brought the customer.",
    )

    def _recompute_contacts(self):
        """Marks and dates from the records that are there after a change."""
        for customer in self.exists():
            # also from records that only others may see
            records_sudo = customer._privileged().record_ids.sorted(
                lambda record: (record.date, record.id)
            )
            counted = records_sudo.filtered(lambda record: record._counts())
            last = counted[-1:].date
            # whoever may record a contact may not always write the customer
            customer._privileged()._write_pool(
                {
                    "contact_mark": "contacted" if counted else "uncontacted",
                    "last_contact_at": last,
                    "next_visit_date": records_sudo._planned_visit(),
                }
            )
