from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmPoolBatchMixin(models.AbstractModel):
    """Work on many records that somebody begins and a job goes on with.

    - While its state is "running" it is done in batches, each one transaction: broken
      off it goes on with what is left.
    - The job has the rights, the language and the company of whoever began; nobody
      begins in the name of somebody else.
    """

    _name = "crm.pool.batch.mixin"
    _description = "Work in Batches"

    # rows of one transaction: a second or two of work
    _batch_size = 500
    # the field of whoever began
    _batch_user_field = "user_id"
    # external id of the job
    _batch_cron = None

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_in_own_name(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_in_own_name(vals)
        has_begun = any(run.state != "draft" for run in self)
        if "company_id" in vals and has_begun and not self.env.su:
            raise self._foreign_error()
        return super().write(vals)

    @api.model
    def _check_in_own_name(self, vals):
        if self.env.su:
            return
        user_id = vals.get(self._batch_user_field)
        if user_id and user_id != self.env.uid:
            raise self._foreign_error()

    @api.model
    def _foreign_error(self):
        return AccessError(
            self.env._("This stays with who began it, and in its company.")
        )

    def _run_first_batch(self):
        """Do the next batch at once, the rest in the background."""
        self._run_batch(self._batch_size)
        if self.state == "running":
            self._wake_job()

    def _wake_job(self):
        # sudo: whoever may begin may wake the job that goes on
        self.env.ref(self._batch_cron).sudo()._trigger()

    @api.model
    def _cron_run(self):
        """Run what is running, batch by batch, until the time is over."""
        for run in self.search([("state", "=", "running")], order="id"):
            left = run._count_left()
            while run.state == "running":
                handled = run._as_beginner()._run_batch(self._batch_size)
                if not handled:
                    break
                left = max(left - handled, 0)
                if not self.env["ir.cron"]._commit_progress(handled, remaining=left):
                    return

    def _as_beginner(self):
        """With the rights, language and company of whoever began."""
        self.ensure_one()
        user = self[self._batch_user_field]
        return self.with_user(user).with_context(
            lang=user.lang, allowed_company_ids=self.company_id.ids
        )

    def _take_batch(self):
        """Whether a batch may be done now: it is running, and nobody else is at it."""
        self.ensure_one()
        if not self.try_lock_for_update():
            return False
        self.invalidate_recordset()
        return self.state == "running"

    def _run_batch(self, limit):
        """Do the next batch in this transaction; the last one ends the work.

        :return: number of rows handled; 0 at the end, or when somebody else is at it
        """
        raise NotImplementedError  # every kind of work has its own batches

    def _count_left(self):
        """How many rows are still to be handled."""
        raise NotImplementedError  # every kind of work counts its own rows
