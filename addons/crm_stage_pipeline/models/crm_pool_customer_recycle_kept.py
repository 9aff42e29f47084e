from odoo import api, models
from odoo.tools import SQL

# Customers with an order that is open: for all orders of many customers what
# sale.order._is_pool_open says of one. From the documents or from the customers,
# whichever are fewer: hence joins and not EXISTS, which made 14 s of half a second.
OPEN_ORDERS = """
SELECT customer.id
  FROM crm_pool_customer AS customer
  JOIN res_partner AS partner ON partner.commercial_partner_id = customer.partner_id
  JOIN sale_order AS document ON document.partner_id = partner.id
   AND document.company_id = customer.company_id
 WHERE %(scope)s
   AND document.state = 'sale'
   AND (
        (document.locked IS NOT TRUE AND EXISTS (
            SELECT FROM sale_order_line AS line
             WHERE line.order_id = document.id
               AND line.display_type IS NULL
               AND line.is_downpayment IS NOT TRUE
               AND COALESCE(line.qty_delivered, 0) < line.product_uom_qty))
        OR (document.invoice_status IS DISTINCT FROM 'invoiced'
            AND COALESCE(document.amount_total, 0) <> 0)
        OR EXISTS (
            SELECT FROM sale_order_line AS line
              JOIN sale_order_line_invoice_rel AS link ON link.order_line_id = line.id
              JOIN account_move_line AS item ON item.id = link.invoice_line_id
              JOIN account_move AS invoice ON invoice.id = item.move_id
             WHERE line.order_id = document.id
               AND invoice.move_type IN ('out_invoice', 'out_refund')
               AND invoice.state <> 'cancel'
               AND COALESCE(invoice.payment_state, '')
                   NOT IN ('paid', 'in_payment', 'reversed'))
   )
"""
OPEN_DOCUMENTS = """
UNION
SELECT customer.id
  FROM crm_pool_customer AS customer
  JOIN res_partner AS partner ON partner.commercial_partner_id = customer.partner_id
  JOIN sale_order AS document ON document.partner_id = partner.id
   AND document.company_id = customer.company_id
 WHERE %(scope)s AND document.state IN ('draft', 'sent')
UNION
SELECT customer.id
  FROM crm_pool_customer AS customer
  JOIN res_partner AS partner ON partner.commercial_partner_id = customer.partner_id
  JOIN crm_lead AS lead ON lead.partner_id = partner.id
  LEFT JOIN res_users AS seller ON seller.id = lead.user_id
 WHERE %(scope)s
   AND lead.type = 'opportunity' AND lead.won_status = 'pending' AND lead.active
   AND COALESCE(lead.company_id, seller.company_id, customer.company_id)
       = customer.company_id
"""
# Customers of whom a member has something to leave behind: an activity, a place among
# the followers. The ids are a table: of a long list in ANY PostgreSQL expects so many
# rows that it reads the whole table of members.
LEAVING = """
SELECT DISTINCT customer.id
  FROM unnest(%s::int[]) AS wanted (id)
  JOIN crm_pool_customer AS customer ON customer.id = wanted.id
  JOIN crm_pool_access AS access
    ON access.customer_id = customer.id AND access.kind <> 'document'
  JOIN res_users AS member ON member.id = access.user_id
 WHERE (EXISTS (
            SELECT FROM mail_followers AS follower
             WHERE follower.res_model = 'res.partner'
               AND follower.res_id = customer.partner_id
               AND follower.partner_id = member.partner_id)
        OR EXISTS (
            SELECT FROM res_partner AS partner
              JOIN mail_activity AS activity
                ON activity.res_model = 'res.partner' AND activity.res_id = partner.id
             WHERE partner.commercial_partner_id = customer.partner_id
               AND activity.user_id = member.id AND activity.active))
"""
# previous_owner_id holds the owner before: no second look at the row is needed.
TAKE_BACK_STATEMENT = """
WITH returned AS (
    UPDATE crm_pool_customer AS customer
       SET owner_id = NULL, access = 'shared', previous_owner_id = customer.owner_id,
           released_at = %(now)s, pool_entered_at = %(now)s, protected_until = NULL,
           protection_count = 0, is_protection_open = FALSE,
           is_protection_reminded = FALSE,
           recycle_on = NULL, recycle_rule_id = NULL,
           write_uid = %(uid)s, write_date = %(now)s
      FROM unnest(%(ids)s::int[], %(reasons)s::text[]) AS wanted (id, reason)
     WHERE customer.id = wanted.id AND customer.owner_id IS NOT NULL
 RETURNING customer.id, customer.name, customer.company_id, customer.stage_code,
           customer.previous_owner_id AS owner_id, wanted.reason
),
dropped AS (
    DELETE FROM crm_pool_access AS access USING returned
     WHERE access.customer_id = returned.id
       AND access.kind IN ('owner', 'collaborator')
),
logged AS (
    INSERT INTO crm_pool_log (at, batch, action, customer_id, customer_ref,
                              customer_name, company_id, actor_id, owner_before_id,
                              stage_before, stage_after, reason)
    SELECT %(now)s, %(batch)s, 'recycle', id, id, name, company_id, %(uid)s, owner_id,
           stage_code, stage_code, reason
      FROM returned
)
SELECT count(*) FROM returned
"""


class CrmPoolCustomer(models.Model):
    """What keeps a customer that is due from going back to the pool (P27).

    An open order always; an open opportunity or quotation if the policy says so.
    Both are decided for all customers in one statement.
    """

    _inherit = "crm.pool.customer"

    @api.model
    def _kept_query(self, policy, scope):
        """SELECT of the ids of customers that open documents keep.

        :param scope: SQL condition on the alias customer
        """
        orders = SQL(OPEN_ORDERS, scope=scope)
        if not policy.recycle_keep_documents:
            return orders
        return SQL("%s %s", orders, SQL(OPEN_DOCUMENTS, scope=scope))

    @api.model
    def _flush_documents(self):
        """Have the documents' pending values in the database, where SQL reads them."""
        for name in ("sale.order", "sale.order.line", "account.move", "crm.lead"):
            self.env[name].flush_model()
        self.flush_model()

    def _kept_ids(self, policy):
        """Those of self that have open documents which keep them.

        :return: set of ids
        """
        self._flush_documents()
        query = self._kept_query(policy, SQL("customer.id = ANY(%s)", self.ids))
        return {row[0] for row in self.env.execute_query(query)}

    def _take_back(self, rule_ids, batch):
        """Give self back to the pool: one statement for owner, members and log.

        The same as a release, but by a rule, whose name in the company's language
        is the reason.

        :param rule_ids: the rule's id for each customer of self
        :param batch: of the log
        :return: number of customers that went back
        """
        self.env.flush_all()
        leaving_sudo = self._privileged().browse(
            row[0] for row in self.env.execute_query(SQL(LEAVING, self.ids))
        )
        people = leaving_sudo._people_now()
        self._log_protection_ends()
        rules = self.env["crm.pool.recycle.rule"].browse(set(rule_ids))
        names = {
            rule.id: rule.with_context(lang=rule.company_id.partner_id.lang).name
            for rule in rules
        }
        self.env.cr.execute(
            SQL(
                TAKE_BACK_STATEMENT,
                ids=self.ids,
                reasons=[names[rule_id] for rule_id in rule_ids],
                now=self.env.cr.now(),
                uid=self.env.uid,
                batch=batch,
            ),
            log_exceptions=False,  # a conflict is no error, Odoo replays it
        )
        ((count,),) = self.env.cr.fetchall()
        self.env.invalidate_all(flush=False)
        leaving_sudo._cancel_activities(people)
        return count

    def _log_protection_ends(self):
        """Protections that have ended and of which the log does not know it yet."""
        query = SQL(
            "SELECT id FROM crm_pool_customer"
            " WHERE id = ANY(%s) AND is_protection_open",
            self.ids,
        )
        opened = self.browse(row[0] for row in self.env.execute_query(query))
        if opened:
            opened._log_protection_end(self.env._("recycled"))
