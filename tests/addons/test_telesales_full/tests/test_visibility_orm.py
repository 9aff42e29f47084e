from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .visibility_world import MODELS, WorldCase

USER_FIELD = {
    "crm.pool.customer": "owner_id",
    "res.partner": "is_company",
    "crm.lead": "user_id",
    "sale.order": "user_id",
    "crm.contact.record": "user_id",
}


def by_search(model, domain):
    return set(model.search(domain).ids)


def by_search_fetch(model, domain):
    return set(model.search_fetch(domain, ["display_name"]).ids)


def by_search_read(model, domain):
    return {row["id"] for row in model.search_read(domain, ["display_name"])}


def by_web_search_read(model, domain):
    spec = {"display_name": {}, USER_FIELD[model._name]: {}}
    return {row["id"] for row in model.web_search_read(domain, spec)["records"]}


def by_name_search(model, domain):
    return {row[0] for row in model.name_search("", domain, limit=None)}


def by_read_group(model, domain):
    groups = model._read_group(
        domain, [USER_FIELD[model._name]], ["id:array_agg", "__count"]
    )
    assert all(len(ids) == count for _user, ids, count in groups)
    return {one for _user, ids, _count in groups for one in ids}


def by_formatted_read_group(model, domain):
    groups = model.formatted_read_group(
        domain, [USER_FIELD[model._name]], ["id:array_agg", "__count"]
    )
    return {one for group in groups for one in group["id:array_agg"]}


def by_web_read_group(model, domain):
    groups = model.web_read_group(
        domain, [USER_FIELD[model._name]], ["id:array_agg"], limit=None
    )["groups"]
    return {one for group in groups for one in group["id:array_agg"]}


def by_single_checks(model, domain):
    ids = [leaf[2] for leaf in domain if leaf[0] == "id"][0]
    return set(model.browse(ids)._filtered_access("read").ids)


def by_read(model, domain):
    """What can be read at all: all of the visible at once, others one by one."""
    ids = [leaf[2] for leaf in domain if leaf[0] == "id"][0]
    visible = model.search(domain)
    readable = {row["id"] for row in visible.read(["display_name"])}
    for one in [one for one in ids if one not in readable][:12]:
        model.env.invalidate_all()
        try:
            model.browse(one).read(["display_name"])
        except AccessError:
            continue
        readable.add(one)
    return readable


class VisibilityCase(WorldCase):
    def _seen(self, door, person, model_name):
        """Ids that a door shows; none when the person may not read the model."""
        model = self._env_of(person)[model_name]
        if not model.has_access("read"):
            return set()
        model.env.invalidate_all()
        ids = sorted(self.world.everything(model_name))
        with mute_logger("odoo.addons.base.models.ir_rule"):
            return door(model, [("id", "in", ids)])

    def _compare(self, door, model_names=MODELS):
        """The door shows every person exactly what the plain predicate says."""
        for login, person in self._people():
            for model_name in model_names:
                expected = self.world.visible(person, model_name)
                seen = self._seen(door, person, model_name)
                with self.subTest(user=login, model=model_name):
                    self.assertEqual(
                        seen, expected, f"too much {sorted(seen - expected)}"
                    )


@tagged("post_install", "-at_install")
class TestVisibilityOrm(VisibilityCase):
    """P20, P21, P22, P32, G18, invariant 9: each door of the ORM, each role."""

    def test_world_is_not_trivial(self):
        """Each bound role sees something and misses something."""
        for login in ("agent_1", "agent_2", "agent_3", "leader", "agent_b"):
            person = self._person(login)
            for model_name in MODELS:
                with self.subTest(user=login, model=model_name):
                    seen = self.world.visible(person, model_name)
                    self.assertTrue(seen)
                    self.assertLess(seen, self.world.everything(model_name))

    def test_search(self):
        self._compare(by_search)

    def test_search_fetch(self):
        self._compare(by_search_fetch)

    def test_search_read(self):
        self._compare(by_search_read)

    def test_web_search_read(self):
        self._compare(by_web_search_read)

    def test_name_search(self):
        self._compare(by_name_search)

    def test_read_group(self):
        self._compare(by_read_group)

    def test_formatted_read_group(self):
        self._compare(by_formatted_read_group)

    def test_web_read_group(self):
        self._compare(by_web_read_group)

    def test_single_checks(self):
        self._compare(by_single_checks)

    def test_read(self):
        self._compare(by_read)

    def test_search_count(self):
        for login, person in self._people():
            for model_name in MODELS:
                model = self._env_of(person)[model_name]
                if not model.has_access("read"):
                    continue
                ids = sorted(self.world.everything(model_name))
                with self.subTest(user=login, model=model_name):
                    self.assertEqual(
                        model.search_count([("id", "in", ids)]),
                        len(self.world.visible(person, model_name)),
                    )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_export(self):
        """What one sees can be exported (as shipped), one hidden record closes it."""
        for login, person in self._people():
            env = self._env_of(person)
            for model_name in MODELS:
                if person.is_portal or not env[model_name].has_access("read"):
                    continue
                expected = self.world.exportable(person, model_name)
                closed = self.world.everything(model_name) - expected
                with self.subTest(user=login, model=model_name):
                    rows = env[model_name].browse(sorted(expected))
                    datas = rows.export_data(["display_name"])["datas"]
                    self.assertEqual(len(datas), len(expected))
                    env.invalidate_all()
                    for one in sorted(closed)[:5]:
                        with self.assertRaises(AccessError):
                            rows.browse(one).export_data(["display_name"])

    def test_manager_sees_what_agents_see(self):
        """Invariant 9: manager ⊇ agents and leader; by the ORM's own answers."""
        for model_name in MODELS:
            above = self._seen(by_search, self._person("manager"), model_name)
            for login in ("agent_1", "agent_2", "agent_3", "leader"):
                with self.subTest(login=login, model=model_name):
                    below = self._seen(by_search, self._person(login), model_name)
                    self.assertLessEqual(below, above)

    def test_leader_sees_what_members_own(self):
        """P20: the leader sees every customer that a member owns."""
        above = self._seen(by_search, self._person("leader"), "crm.pool.customer")
        members = {self._person(login).id for login in ("agent_1", "agent_2")}
        owned = {r.id for r in self.world.rows.values() if r.owner_id in members}
        self.assertTrue(owned)
        self.assertLessEqual(owned, above)

    def test_other_company_shares_nothing(self):
        """Invariant 9: what two companies' people see does not meet."""
        for model_name in ("crm.pool.customer", "crm.lead", "sale.order"):
            ours = self._seen(by_search, self._person("manager"), model_name)
            theirs = self._seen(by_search, self._person("manager_b"), model_name)
            self.assertTrue(ours)
            self.assertTrue(theirs)
            self.assertFalse(ours & theirs)
            for login in ("agent_1", "leader"):
                seen = self._seen(by_search, self._person(login), model_name)
                self.assertFalse(seen & theirs)


@tagged("post_install", "-at_install")
class TestVisibilityTwin(VisibilityCase):
    """Each rule taken away makes the comparison fail: the proof can fail."""

    RULES = (
        "crm_pool_customer_rule_company",
        "crm_pool_customer_rule_user",
        "res_partner_rule_pool",
        "crm_lead_rule_pool",
        "crm_lead_rule_right",
        "sale_order_rule_pool",
        "sale_order_rule_right",
        "crm_contact_record_rule_user",
    )

    def _fails(self):
        for _login, person in self._people():
            for model_name in MODELS:
                expected = self.world.visible(person, model_name)
                if self._seen(by_search, person, model_name) != expected:
                    return True
        return False

    def test_without_a_rule(self):
        self.assertFalse(self._fails())
        for name in self.RULES:
            rule = self.env.ref(f"crm_stage_pipeline.{name}")
            with self.subTest(rule=name):
                rule.active = False
                self.assertTrue(self._fails(), f"nobody notices that {name} is gone")
                rule.active = True

    def test_with_a_permissive_rule_of_another_addon(self):
        """A rule that opens everything to agents opens no private contact."""
        self.env["ir.rule"].create(
            {
                "name": "Everything",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "groups": [(4, self.env.ref("base.group_user").id)],
                "domain_force": "[(1, '=', 1)]",
            }
        )
        self._compare(by_search, ["res.partner"])

    def test_search_and_single_check_disagree(self):
        """A search that forgets collaborators is seen by the comparison."""
        partner = self.env.registry["res.partner"]
        original = partner._pool_open_sql

        def forgetful(records, alias, action, reached):
            nobody = Domain("id", "=", 0)
            return original(records, alias, action, reached & nobody)

        self.patch(partner, "_pool_open_sql", forgetful)
        self.assertTrue(self._fails())
