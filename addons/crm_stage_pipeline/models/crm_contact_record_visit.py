from odoo import api, models


class CrmContactRecord(models.Model):
    """The next visit that contacts leave planned, on an opportunity or order too.

    It is the visit that the latest record names which names one, unless the customer
    was reached on that day or after.
    """

    _inherit = "crm.contact.record"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records.sorted("date"):
            for document_sudo, name in record._visited_documents():
                planned = document_sudo[name]
                is_kept = planned and record._counts() and planned <= record.date
                if record.next_visit_date or is_kept:
                    document_sudo[name] = record.next_visit_date
        return records

    def write(self, vals):
        result = super().write(vals)
        if {"date", "outcome_id", "next_visit_date"} & vals.keys():
            self._plan_documents(self._visited_documents())
        return result

    def unlink(self):
        documents = self._visited_documents()
        result = super().unlink()
        self._plan_documents(documents)
        return result

    def _visited_documents(self):
        """The opportunities and orders of the records and their field of the visit.

        Superuser: who may record a contact may not always write its document.
        """
        return [
            (self.lead_id._as_superuser(), "next_visit_date"),
            (self.order_id._as_superuser(), "follow_visit_date"),
        ]

    @api.model
    def _plan_documents(self, visited):
        for documents_sudo, name in visited:
            for document_sudo in documents_sudo.exists():
                document_sudo[name] = document_sudo.contact_record_ids._planned_visit()

    def _planned_visit(self):
        """The visit planned after the records of one customer, lead or order."""
        records = self.sorted(lambda record: (record.date, record.id))
        reached = records.filtered(lambda record: record._counts())[-1:].date
        planned = records.filtered("next_visit_date")[-1:].next_visit_date
        return False if planned and reached and planned <= reached else planned
