from markupsafe import Markup

from odoo import models

MANAGER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_manager"


class CrmPoolRecycleRun(models.Model):
    """Who is told what about a run, each in his own language (P27).

    Owners get one summary each, beside no customer's chatter: it would tell other
    companies. Managers get an activity when a run waits for them.
    """

    _inherit = "crm.pool.recycle.run"

    def _notify_owner(self, owner, reasons, amount):
        """Tell an owner how many customers went back, by which rules.

        :param reasons: dict of rule's name to number of customers
        """
        env = self.with_context(lang=owner.lang).env
        subject = env._(
            "%(count)s of your customers went back to the pool", count=amount
        )
        rows = Markup().join(
            Markup("<li>%s: %s</li>") % (reason, count)
            for reason, count in sorted(reasons.items())
        )
        text = env._(
            "They are shared again. You find them in the customer archive by the "
            "filter “Given Back by Me”."
        )
        env["mail.thread"].message_notify(
            partner_ids=owner.partner_id.ids,
            subject=subject,
            body=Markup("<p>%s</p><ul>%s</ul><p>%s</p>") % (subject, rows, text),
            author_id=env.ref("base.partner_root").id,
        )

    def _alarm(self):
        """Ask the company's managers whether a run that takes so much may go ahead."""
        self.ensure_one()
        managers = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref(MANAGER_GROUP).ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
            ]
        )
        for manager in managers:
            run = self.with_context(lang=manager.lang)
            run.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=run.env._(
                    "Recycling has stopped: %(due)s of %(owned)s customers would go",
                    due=self.due_count,
                    owned=self.owned_count,
                ),
                note=run.env._(
                    "Confirm the run if this is meant, or stop it and change the rules."
                ),
                user_id=manager.id,
            )

    def _close_activities(self):
        # the other managers' activities too
        runs_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        runs_sudo.activity_ids.unlink()

    def _wake_job(self):
        """The job goes on with the run when its page is closed."""
        # whoever may start a run may wake the job
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        env_sudo.ref("crm_stage_pipeline.crm_pool_recycle_cron")._trigger()
