"""Each check finds nothing in a good sample, and finds the fault planted for it."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from . import reading, sample
from .checks import ADDON_CHECKS, REPOSITORY_CHECKS, TEST_ADDON_CHECKS

MODEL, TEST = "models/crm_sample.py", "tests/test_sample.py"
VIEWS, MANIFEST = "views/crm_sample_views.xml", "__manifest__.py"
LONG_METHOD = "\n\ndef long():\n" + "    x = 1\n" * 45
REPLACING = """<odoo>
    <record id="crm_sample_view_form" model="ir.ui.view">
        <field name="model">crm.sample</field>
        <field name="arch" type="xml">
            <xpath expr="//field" position="replace"/>
        </field>
    </record>
</odoo>
"""


def changed(file: str, old: str, new: str) -> dict[str, str]:
    assert old in sample.ADDON[file], f"{old} is not in the sample's {file}"
    return {file: sample.ADDON[file].replace(old, new)}


def added(file: str, text: str) -> dict[str, str]:
    return {file: sample.ADDON.get(file, "") + text}


# check → (files that bring the fault, a word of what is found)
ADDON_FAULTS = {
    "code.class_sections_in_order": (
        added(MODEL, "\n    late = fields.Char()\n"),
        "fields stand before business",
    ),
    "code.files_within_budget": (added(VIEWS, "\n" * 300), "300 are the most"),
    "code.methods_within_budget": (added(MODEL, LONG_METHOD), "long has 4"),
    "code.sudo_is_rare": (
        added(MODEL, "\n    def _x(self):\n        self.sudo().sudo()\n"),
        "3 sudo() in",
    ),
    "code.sudo_is_explained": (
        changed(MODEL, "# the counter is nobody's own", ""),
        "without a comment",
    ),
    "code.models_stay_in_their_transaction": (
        added(MODEL, "\n    def _x(self):\n        self.env.cr.commit()\n"),
        "cr.commit(",
    ),
    "code.models_do_no_waiting": (added(MODEL, "\nimport requests\n"), "requests"),
    "code.nothing_is_left_undone": (added(MODEL, "\n# TO" + "DO later\n"), "TO" + "DO"),
    "layering.pure_packages_import_no_odoo": (
        added("engine/core.py", "\nfrom odoo import fields\n"),
        "imports odoo",
    ),
    "layering.pure_packages_export_few_names": (
        {"engine/__init__.py": '__all__ = ["a", "b", "c", "d", "e", "f", "g"]\n'},
        "7 names",
    ),
    "layering.names_no_higher_addon": (
        added(MODEL, '\nHIGHER = "crm_higher.group"\n'),
        "names crm_higher",
    ),
    "layering.has_no_drawers": ({"models/utils.py": ""}, "named for nothing"),
    "layering.asks_for_no_other_addon": (
        added(MODEL, '\n    def _x(self):\n        return "a.b" in self.env\n'),
        "whether a model",
    ),
    "manifests.manifest_is_complete": (
        changed(MANIFEST, '"summary": "A sample",', ""),
        "no summary",
    ),
    "manifests.data_files_are_listed_once": (
        {"views/forgotten_views.xml": "<odoo/>"},
        "forgotten_views.xml is not listed",
    ),
    "manifests.security_is_loaded_first": (
        changed(MANIFEST, '"security/ir', '"views/crm_sample_views.xml", "security/ir'),
        "after views",
    ),
    "manifests.readme_has_its_headings": (
        changed("README.md", "## Limits", "## Limit"),
        "wants the headings",
    ),
    "manifests.external_dependencies_are_pinned": (
        changed(MANIFEST, '"phonenumbers"', '"simpleeval"'),
        "simpleeval is not pinned",
    ),
    "security.every_model_has_access_rights": (
        changed("security/ir.model.access.csv", "model_crm_sample", "model_other"),
        "no line in",
    ),
    "security.access_rights_name_a_group": (
        changed("security/ir.model.access.csv", ",crm_sample_group_user", ","),
        "for everybody",
    ),
    "security.every_company_model_has_its_rule": (
        changed("security/crm_sample_security.xml", "company_id", "user_id"),
        "no company rule",
    ),
    "security.secrets_are_for_the_system": (
        changed(MODEL, 'groups="base.group_system"', ""),
        "password can be read",
    ),
    "tests_form.test_files_are_imported": (
        {"tests/test_forgotten.py": sample.TEST},
        "test_forgotten.py: not imported",
    ),
    "tests_form.tests_derive_from_odoo": (
        added(
            TEST,
            "\nfrom unittest import TestCase\n\n"
            "class TestPlain(TestCase):\n    def test_never(self):\n        pass\n",
        ),
        "Odoo never runs it",
    ),
    "tests_form.tests_run_after_installation": (
        changed(TEST, '"post_install", ', ""),
        "is not tagged",
    ),
    "tests_form.tests_are_not_skipped": (
        changed(TEST, "self.assertTrue(1)", 'self.skipTest("later")'),
        "skipTest",
    ),
    "tours.applications_have_tours": (
        changed(MANIFEST, '"license"', '"application": True, "license"'),
        "no tour",
    ),
    "tours.tours_are_started": (
        {"static/tests/tours/x.js": 'tours.add("forgotten", { steps: () => [] });'},
        "no test starts forgotten",
    ),
    "tests_form.tests_do_not_sleep": (
        changed(TEST, "self.assertTrue(1)", "time.sleep(1)"),
        "sleeps",
    ),
    "translated.chinese_is_complete": (
        {"i18n/zh_CN.po": sample.PO.format("")},
        "no Chinese for",
    ),
    "translated.chinese_keeps_the_placeholders": (
        {"i18n/zh_CN.po": sample.PO.format("只 %(b)s 一次。")},
        "other placeholders",
    ),
    "xml_ids.xml_ids_follow_the_grammar": (
        changed(VIEWS, "crm_sample_view_form", "view_sample"),
        "view_sample is not",
    ),
    "xml_ids.demo_records_are_named_so": (
        changed("demo/crm_sample_demo.xml", "a_demo", "a"),
        "does not end in _demo",
    ),
    "xml_ids.replacing_views_say_why": ({VIEWS: REPLACING}, "replaces without"),
}
REPOSITORY_FAULTS = {
    "repository.names_no_package_mirror": (
        {"scripts/get": "curl https://mirror." + "example.org/debian\n"},
        "scripts/get:1",
    ),
    "repository.names_no_path_of_one_machine": (
        {"scripts/get": "cd /ro" + "ot/secret\n"},
        "scripts/get:1",
    ),
    "repository.nothing_is_left_undone": ({"a.py": "# FIX" + "ME\n"}, "a.py:1"),
    "repository.scripts_are_sound": (
        {"scripts/bad": "#!/usr/bin/env bash\nset -euo pipefail\nif\n"},
        "scripts/bad: bash cannot read it",
    ),
    "repository.requirements_are_pinned": (
        {"requirements-dev.txt": "ruff>=1\n"},
        "ruff>=1 is not pinned",
    ),
    "deployment.compose_file_is_valid": (
        {"docker-compose.yml": 'version: "3.8"\nservices:\n  db:\n    imagine: x\n'},
        "imagine",
    ),
    "deployment.compose_runs_what_the_demo_runs": (
        {"docker-compose.yml": sample.COMPOSE.replace('"-d"', '"--database"')},
        "without --database",
    ),
    "deployment.images_copy_what_exists": (
        {"docker/odoo/Dockerfile": "FROM odoo:19\nCOPY conf/odoo.conf /etc/\n"},
        "conf/odoo.conf does not exist",
    ),
    "deployment.secrets_stay_on_the_machine": (
        {".dockerignore": "/build/\n"},
        ".dockerignore does not name secrets",
    ),
    "repository.make_targets_exist": (
        {"README.md": "`make coffee`\n"},
        "no target coffee",
    ),
    "repository.fragments_are_named_well": (
        {"changelog.d/notes.txt": ""},
        "changelog.d/notes.txt",
    ),
    "repository.warnings_have_reasons": (
        {"tests/allowed_warnings.txt": "^odoo: anything\n"},
        "no reason",
    ),
    "repository.end_to_end_tests_are_found": (
        {"tests/e2e/story/test_x.py": "def test_a():\n    pass\n"},
        "has no __init__.py",
    ),
}


class TestPlantedFaults(unittest.TestCase):
    def setUp(self):
        reading.tree.cache_clear()
        reading.xml.cache_clear()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.project = Path(folder.name)
        self.addon = self.project / "addons" / "crm_sample"
        sample.write(self.addon, sample.ADDON)
        sample.write(self.project, sample.REPOSITORY)
        higher = {MANIFEST: sample.MANIFEST.replace('"base"', '"crm_sample"')}
        sample.write(self.project / "addons" / "crm_higher", higher)
        subprocess.run(["git", "init", "-q", self.project], check=True)

    def test_good_sample_has_no_findings(self):
        for name, check in (ADDON_CHECKS | TEST_ADDON_CHECKS).items():
            with self.subTest(name):
                self.assertEqual(check(self.addon), [])
        for name, check in REPOSITORY_CHECKS.items():
            with self.subTest(name):
                self.assertEqual(check(self.project), [])

    def test_every_check_has_a_planted_fault(self):
        self.assertEqual(ADDON_FAULTS.keys(), ADDON_CHECKS.keys())
        self.assertEqual(REPOSITORY_FAULTS.keys(), REPOSITORY_CHECKS.keys())


def _add(name: str, check, files: dict[str, str], word: str, of_addon: bool) -> None:
    def test(self):
        target = self.addon if of_addon else self.project
        sample.write(target, files)
        findings = check(target)
        self.assertTrue(findings, f"{name} saw nothing")
        self.assertIn(word, "\n".join(findings))

    setattr(TestPlantedFaults, f"test_{name.replace('.', '_')}", test)


for _name, (_files, _word) in ADDON_FAULTS.items():
    _add(_name, ADDON_CHECKS[_name], _files, _word, of_addon=True)
for _name, (_files, _word) in REPOSITORY_FAULTS.items():
    _add(_name, REPOSITORY_CHECKS[_name], _files, _word, of_addon=False)
