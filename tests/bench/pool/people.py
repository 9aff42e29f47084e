"""The companies, people and pools of the data set, and one row of each kind made by the
addon itself, which rows.py then multiplies by a million."""

from dataclasses import dataclass

AGENTS, TEAMS, BRANCH_AGENTS = 50, 5, 10
# a number that stands nowhere else, so that it can be told in recorded statements
FIRST_AGENT = 990_000
GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_%s"


@dataclass(frozen=True)
class People:
    """Ids of users, and of the pattern rows: customers and a contact record."""

    company: int
    branch: int
    agents: list
    branch_agents: list
    pools: list
    shared: int
    owned: int
    record: int


def _new_users(env, prefix, count, role, home):
    return env["res.users"].create(
        [
            {
                "login": f"{prefix}{number}",
                "name": f"{prefix.title()} {number}",
                "company_id": home.id,
                "company_ids": [(6, 0, home.ids)],
                "group_ids": [(6, 0, env.ref(GROUP % role).ids)],
                "tz": "Asia/Shanghai",
            }
            for number in range(1, count + 1)
        ]
    )


def _new_customer(env, name, owner, home):
    partner = env["res.partner"].create(
        {
            "name": name,
            "is_company": True,
            "phone": "+86 571 8888 0000",
            "country_id": env.ref("base.cn").id,
        }
    )
    return env["crm.pool.customer"].create(
        {"partner_id": partner.id, "company_id": home.id, "owner_id": owner}
    )


def make(env):
    """Fifty agents in five teams, their leaders, a manager, two pools beside the common
    one, and a second company with ten agents."""
    env = env(context={**env.context, "tracking_disable": True})
    company = env.ref("base.main_company")
    company.country_id = env.ref("base.cn")
    branch = env["res.company"].create({"name": "Branch"})
    env["crm.pool.policy"]._create_defaults(branch)
    env["crm.pool.policy"].search([]).tz = "Asia/Shanghai"
    env.cr.execute("SELECT setval('res_users_id_seq', %s, false)", [FIRST_AGENT])
    agents = _new_users(env, "agent", AGENTS, "user", company)
    leaders = _new_users(env, "leader", TEAMS, "leader", company)
    _new_users(env, "manager", 1, "manager", company)
    strangers = _new_users(env, "branch", BRANCH_AGENTS, "user", branch)
    size = AGENTS // TEAMS
    teams = env["crm.team"].create(
        [
            {
                "name": f"Team {number + 1}",
                "company_id": company.id,
                "user_id": leaders[number].id,
                "member_ids": agents[number * size : (number + 1) * size].ids,
            }
            for number in range(TEAMS)
        ]
    )
    pools = env["crm.pool"].create(
        [
            {"name": "East", "company_id": company.id, "team_ids": teams[:3].ids},
            {"name": "West", "company_id": company.id, "team_ids": teams[3:].ids},
        ]
    )
    shared = _new_customer(env, "Pattern Shared", False, company)
    owned = _new_customer(env, "Pattern Owned", agents[0].id, company)
    record = env["crm.contact.record"].create({"customer_id": owned.id})
    env.flush_all()
    common = env.ref("crm_stage_pipeline.crm_pool_default")
    return People(
        company=company.id,
        branch=branch.id,
        agents=agents.ids,
        branch_agents=strangers.ids,
        pools=[*pools.ids, common.id],
        shared=shared.id,
        owned=owned.id,
        record=record.id,
    )
