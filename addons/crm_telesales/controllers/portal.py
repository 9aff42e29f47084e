from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

PAGE_SIZE = 50


class ResellerPortal(CustomerPortal):
    """A reseller's own customers in the portal (T24).

    Everything is searched with the portal user's own rights: the record rule on his
    commercial partner decides, not this page.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "reseller_customer_count" in counters:
            values["reseller_customer_count"] = self._count_customers()
        return values

    @route(
        ["/my/customers", "/my/customers/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_customers(self, page=1, **_kwargs):
        customers = request.env["crm.pool.customer"]
        total = self._count_customers()
        pages = pager(
            url="/my/customers", total=total, page=page, step=PAGE_SIZE, url_args={}
        )
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "page_name": "reseller_customers",
                "pager": pages,
                "default_url": "/my/customers",
                "customers": customers.search(
                    self._get_customer_domain(),
                    limit=PAGE_SIZE,
                    offset=pages["offset"],
                    order="name, id",
                )
                if total
                else [],
            }
        )
        return request.render("crm_telesales.portal_my_customers", values)

    def _get_customer_domain(self):
        """For internal users who look at the page: also only their own company's."""
        commercial = request.env.user.partner_id.commercial_partner_id
        return [("reseller_id", "=", commercial.id)]

    def _count_customers(self):
        customers = request.env["crm.pool.customer"]
        if not customers.has_access("read"):
            return 0
        return customers.search_count(self._get_customer_domain())
