"""The addons become importable here: the steps use the connector's own packages."""

import odoo.addons

from tests.layout import ADDONS

if str(ADDONS) not in odoo.addons.__path__:
    # a list, since Python forgets what is appended to a namespace's path
    odoo.addons.__path__ = [*odoo.addons.__path__, str(ADDONS)]
