"""A small addon and a small repository in which every check is content."""

from pathlib import Path

MANIFEST = """{
    "name": "Sample",
    "version": "19.0.1.0.0",
    "category": "Sales/Telesales",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "summary": "A sample",
    "depends": ["base"],
    "external_dependencies": {"python": ["phonenumbers"]},
    "data": [
        "security/crm_sample_security.xml",
        "security/ir.model.access.csv",
        "views/crm_sample_views.xml",
    ],
    "demo": ["demo/crm_sample_demo.xml"],
}
"""
MODEL = """from odoo import api, fields, models


class CrmSample(models.Model):
    _name = "crm.sample"
    _description = "Sample"

    def _default_name(self):
        return "x"

    name = fields.Char(default=_default_name)
    company_id = fields.Many2one(comodel_name="res.company")
    password = fields.Char(groups="base.group_system")

    _name_unique = models.Constraint("unique(name)", "Once only.")

    @api.depends("name")
    def _compute_x(self):
        pass

    def write(self, vals):
        return super().write(vals)

    def action_go(self):
        # the counter is nobody's own
        counter_sudo = self.sudo()
        return counter_sudo

    def _business(self):
        return 1
"""
SECURITY = """<odoo>
    <record id="crm_sample_rule_company" model="ir.rule">
        <field name="model_id" ref="model_crm_sample" />
        <field name="domain_force">[('company_id', 'in', company_ids)]</field>
    </record>
    <record id="crm_sample_group_user" model="res.groups" />
</odoo>
"""
VIEWS = """<odoo>
    <record id="crm_sample_view_form" model="ir.ui.view">
        <field name="model">crm.sample</field>
    </record>
    <record id="crm_sample_action" model="ir.actions.act_window">
        <field name="res_model">crm.sample</field>
    </record>
    <menuitem id="crm_sample_menu" action="crm_sample_action" />
</odoo>
"""
ACCESS = """id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink
crm_sample_user,crm.sample user,model_crm_sample,crm_sample_group_user,1,1,1,1
"""
TEST = """from odoo.tests import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestSample(BaseCase):
    def test_one(self):
        self.assertTrue(1)
"""
PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8"

#. module: crm_sample
msgid "Once %(a)s only."
msgstr "{0}"
"""
README = "# Sample\n\n## What it does\n\n## Configure\n\n## Use\n\n## Limits\n"

ADDON = {
    "__init__.py": "from . import models\n",
    "__manifest__.py": MANIFEST,
    "README.md": README,
    "engine/__init__.py": '__all__ = ["run"]\nfrom .core import run\n',
    "engine/core.py": "import decimal\n\n\ndef run():\n    return decimal.Decimal(1)\n",
    "models/__init__.py": "from . import crm_sample\n",
    "models/crm_sample.py": MODEL,
    "security/crm_sample_security.xml": SECURITY,
    "security/ir.model.access.csv": ACCESS,
    "views/crm_sample_views.xml": VIEWS,
    "demo/crm_sample_demo.xml": '<odoo><record id="a_demo" model="x.y"/></odoo>',
    "tests/__init__.py": "from . import test_sample\n",
    "tests/common.py": "LIMIT = 1\n",
    "tests/test_sample.py": TEST,
    "i18n/crm_sample.pot": PO.format(""),
    "i18n/zh_CN.po": PO.format("只 %(a)s 一次。"),
}
COMPOSE = """version: "3.8"
services:
  odoo:
    image: telesales
    build:
      context: .
      dockerfile: docker/odoo/Dockerfile
    command: ["server", "-c", "/etc/odoo/odoo.conf", "-d", "x"]
    secrets:
      - password
secrets:
  password:
    file: ./secrets/password
"""
DEMO = """#!/usr/bin/env bash
set -euo pipefail
spawn odoo "$here/odoo" server -c "$project/odoo.conf" -d "$db" \\
    --workers=0
"""
REPOSITORY = {
    "requirements.txt": "# pinned\nphonenumbers==9.0.43\n",
    "Makefile": "test:\n\tscripts/test\n",
    "README.md": "`make test`\n",
    "scripts/test": "#!/usr/bin/env bash\nset -euo pipefail\ntrue\n",
    "docker-compose.yml": COMPOSE,
    "docker/odoo/Dockerfile": "FROM odoo:19\nCOPY odoo.conf /etc/odoo/odoo.conf\n",
    "odoo.conf": "[options]\n",
    "scripts/demo": DEMO,
    "secrets/password": "secret\n",
    ".gitignore": "/secrets/\n",
    ".dockerignore": "/secrets/\n",
    "changelog.d/+sample.feature.md": "A sample.\n",
    "tests/allowed_warnings.txt": "^odoo: all is well  # it is\n",
    "tests/e2e/__init__.py": "",
    "tests/e2e/test_story.py": "def test_story():\n    pass\n",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if text.startswith("#!"):
            path.chmod(0o755)
