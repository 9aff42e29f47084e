"""For `odoo shell`: uninstall the addon that UNINSTALL names, as a person would."""

import os

name = os.environ["UNINSTALL"]
module = env["ir.module.module"].search([("name", "=", name)])  # noqa: F821
assert module.state == "installed", f"{name} is {module.state}"
module.button_immediate_uninstall()
env.cr.commit()  # noqa: F821
