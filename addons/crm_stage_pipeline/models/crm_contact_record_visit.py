from odoo import api, models
from odoo.exceptions import ValidationError


class CrmContactRecord(models.Model):
    """The next visit that contacts leave planned, on an opportunity or order too.

    It is the visit that the latest record names which names one, unless the customer
    was reached on that day or after. A visit is later than the contact that plans it.
    """

    _inherit = "crm.contact.record"

    @api.constrains("date", "next_visit_date")
    def _check_next_visit_date(self):
        for record in self:
            if record.next_visit_date and record.next_visit_date < record.date:
                raise ValidationError(
                    self.env._(
                        "The next visit would be before this contact: choose a later"
                        " time, or leave it empty."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records.sorted("date"):
            for document_sudo, name in record._visited_documents():
                planned, wanted = document_sudo[name], record.next_visit_date
                if wanted:  # unless a later contact has planned another one
                    is_moved = not document_sudo.contact_record_ids.filtered(
                        lambda other, date=record.date: (
                            other.next_visit_date and other.date > date
                        )
                    )
                else:  # a planned visit that has now taken place
                    is_moved = planned and record._counts() and planned <= record.date
                if is_moved:
                    document_sudo[name] = wanted
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
