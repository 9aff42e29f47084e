from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import plaintext2html

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

MAX_SUBJECT = 200
MAX_TEXT = 10000


class ServicePortal(CustomerPortal):
    """The customer's own requests under /my/service.

    What a customer sees is decided by the record rules of their own user; nothing
    of the address or the form is believed without it.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_count" in counters:
            tickets = request.env["crm.service.ticket"]
            readable = tickets.has_access("read")
            values["service_count"] = tickets.search_count([]) if readable else 0
        return values

    @http.route(
        ["/my/service", "/my/service/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_service_list(self, page=1, filterby="open", search="", **_kwargs):
        tickets = request.env["crm.service.ticket"]
        filters = {
            "open": {"label": request.env._("Open"), "domain": tickets._open_domain()},
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
        }
        filterby = filterby if filterby in filters else "open"
        domain = filters[filterby]["domain"]
        if search:
            domain &= Domain("search_words", "ilike", search)
        page_pager = pager(
            url="/my/service",
            url_args={"filterby": filterby, "search": search},
            total=tickets.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = tickets.search(
            domain,
            limit=self._items_per_page,
            offset=page_pager["offset"],
            order="id desc",
        )
        request.session["my_service_history"] = found.ids[:100]
        values = self._prepare_portal_layout_values()
        values.update(
            tickets=found,
            page_name="service",
            pager=page_pager,
            default_url="/my/service",
            searchbar_filters=filters,
            filterby=filterby,
            searchbar_inputs={
                "text": {"input": "text", "label": request.env._("Text")}
            },
            search_in="text",
            search=search,
        )
        return request.render("crm_service.portal_my_service", values)

    @http.route(
        "/my/service/new",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        website=True,
    )
    def portal_service_new(self, **post):
        if not request.env["crm.service.ticket"].has_access("read"):
            return request.redirect("/my")
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="service_new",
            categories=request.env["crm.service.category"].search([]),
            subject=(post.get("subject") or "").strip()[:MAX_SUBJECT],
            text=(post.get("text") or "").strip()[:MAX_TEXT],
            error=None,
        )
        if request.httprequest.method == "POST":
            if values["subject"]:
                ticket = self._create_ticket(values, post.get("category_id"))
                return request.redirect(ticket.get_portal_url())
            values["error"] = request.env._("Say in a few words what you need.")
        return request.render("crm_service.portal_new_service", values)

    @http.route("/my/service/<int:ticket_id>", type="http", auth="public", website=True)
    def portal_service_ticket(self, ticket_id, access_token=None, **kwargs):
        try:
            ticket_sudo = self._document_check_access(
                "crm.service.ticket", ticket_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        values = self._get_page_view_values(
            ticket_sudo,
            access_token,
            {"page_name": "service", "ticket": ticket_sudo},
            "my_service_history",
            False,
            **kwargs,
        )
        return request.render("crm_service.portal_service_ticket", values)

    @http.route("/my/service/articles", type="http", auth="user", website=True)
    def portal_service_articles(self, search="", **_kwargs):
        articles = request.env["crm.service.article"]
        found = articles.search([], limit=self._items_per_page)
        if search:
            ranked = articles.search_ranked(search, limit=self._items_per_page)
            found = articles.browse(hit["id"] for hit in ranked)
        values = self._prepare_portal_layout_values()
        values.update(
            articles=found,
            search=search,
            page_name="service_articles",
        )
        return request.render("crm_service.portal_service_articles", values)

    @http.route(
        "/my/service/articles/<int:article_id>", type="http", auth="user", website=True
    )
    def portal_service_article(self, article_id, **_kwargs):
        article = request.env["crm.service.article"].search([("id", "=", article_id)])
        if not article:
            return request.redirect("/my/service/articles")
        values = self._prepare_portal_layout_values()
        values.update(article=article, page_name="service_articles")
        return request.render("crm_service.portal_service_article", values)

    def _create_ticket(self, values, category_id):
        """The request of the logged-in user, for their own commercial entity."""
        user = request.env.user
        category = request.env["crm.service.category"]
        if (category_id or "").isdigit():
            category = category.search([("id", "=", int(category_id))])
        # after the checks above: a customer has no right to create, and every value
        # that matters is taken from the user, none from the form
        tickets_sudo = request.env["crm.service.ticket"].sudo()
        return tickets_sudo.with_company(user.company_id).create(
            {
                "name": values["subject"],
                "description": plaintext2html(values["text"]),
                "partner_id": user.commercial_partner_id.id,
                "contact_id": user.partner_id.id,
                "company_id": user.company_id.id,
                "category_id": category.id,
                "channel": "portal",
            }
        )
