import base64

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PoolCase
from .test_spreadsheet import xlsx


@tagged("post_install", "-at_install")
class TestCrmCustomerArea(PoolCase):
    """P54: areas of customers as a tree without end."""

    def _area(self, name, parent=None, **vals):
        return (
            self.env["crm.customer.area"]
            .with_user(self.manager)
            .create({"name": name, "parent_id": parent and parent.id, **vals})
        )

    def test_P54_as_deep_as_one_wants(self):
        """P54: a search for an area finds what is below it, at any depth."""
        top = area = self._area("East")
        for number in range(30):
            area = self._area(f"Part {number}", area)
        self.assertTrue(area.complete_name.startswith("East / Part 0 / Part 1"))
        near, far = self._new_customers(2, "target", self.agent_1)
        near.with_user(self.agent_1).partner_id.pool_area_id = area
        self.assertEqual(near.area_id, area)
        found = near.with_user(self.agent_1).search([("area_id", "child_of", top.id)])
        self.assertEqual(found & (near | far), near)
        top.name = "Far East"
        self.assertTrue(area.complete_name.startswith("Far East / "))

    def test_P54_no_circle_and_no_twin(self):
        """P54: no area is a part of itself, none stands twice at a place."""
        top = self._area("East")
        part = self._area("Hangzhou", top)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            top.parent_id = part
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._area("Hangzhou", top)

    def test_P54_who_may(self):
        """P54: agents choose areas, managers keep them; of one's own company."""
        area = self._area("East")
        self.assertEqual(area.with_user(self.agent_1).name, "East")
        with self.assertRaises(AccessError):
            area.with_user(self.agent_1).write({"name": "West"})
        branch = self.env["res.company"].create({"name": "Branch Works"})
        theirs = self.env["crm.customer.area"].create(
            {"name": "North", "company_id": branch.id}
        )
        with self.assertRaises(AccessError):
            theirs.with_user(self.manager).read(["name"])
        (customer,) = self._new_customers(1)
        with self.assertRaises(UserError):
            customer.area_id = theirs

    def test_P54_imported_by_path(self):
        """P54: a column names the area; what is missing is made, once."""
        content = xlsx(
            [
                ["name", "客户区域"],
                ["Area Works 1", "华东/浙江/杭州"],
                ["Area Works 2", "华东 ／ 浙江"],
                ["Area Works 3", "杭州"],
                ["Area Works 4", None],
            ]
        )
        record = (
            self.env["crm.pool.import"]
            .with_user(self.manager)
            .create({"file": base64.b64encode(content), "file_name": "a.xlsx"})
        )
        record.action_read()
        record.action_run()
        while record.state == "running":
            record._run_batch(2)
        areas = [row.customer_id.area_id.complete_name for row in record.row_ids]
        path = "华东 / 浙江 / 杭州"
        self.assertEqual(areas, [path, "华东 / 浙江", path, False])
