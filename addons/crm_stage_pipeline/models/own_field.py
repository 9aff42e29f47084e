from lxml import etree

from odoo import api, models

# Kinds of fields that no list shows or that consultants do not make by hand.
LEFT_OUT = (
    "binary",
    "json",
    "many2one_reference",
    "one2many",
    "properties",
    "reference",
)


class ResPartner(models.Model):
    """Fields that a consultant has added without code (G57).

    A field of Odoo's own table of fields, made under Configuration → Own Fields, shows
    on the form of customers and contacts, in their lists and searches, and so in
    exports and Odoo's import, without anybody touching a view.
    """

    _inherit = "res.partner"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        add_own_fields(self, arch, view_type)
        return arch, view


class CrmPoolCustomer(models.Model):
    _inherit = "crm.pool.customer"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        add_own_fields(self, arch, view_type)
        return arch, view


def add_own_fields(model, arch, view_type):
    """Put the manual fields of a model that the view does not show at its end."""
    shown = {node.get("name") for node in arch.iter("field")}
    names = [
        name
        for name, field in model._fields.items()
        if field.manual and field.type not in LEFT_OUT and name not in shown
    ]
    if not names:
        return
    if view_type == "form":
        place = _form_place(model, arch)
        if place is not None:
            group = etree.SubElement(place, "group", name="crm_own_fields")
            for name in names:
                etree.SubElement(group, "field", _attributes(model, name))
    elif view_type == "list":
        for name in names:
            attributes = {**_attributes(model, name), "optional": "hide"}
            etree.SubElement(arch, "field", attributes)
    elif view_type == "search":
        for name in names:
            arch.insert(0, etree.Element("field", name=name))


def _form_place(model, arch):
    """A page of its own beside the others; the basics where there are no pages."""
    notebook = arch.find(".//notebook")
    if notebook is None:
        return arch.find(".//div[@name='part_basics']")
    title = model.env._("Own Fields")
    return etree.SubElement(notebook, "page", name="crm_own_fields", string=title)


def _attributes(model, name):
    is_many = model._fields[name].type == "many2many"
    return {"name": name, **({"widget": "many2many_tags"} if is_many else {})}
