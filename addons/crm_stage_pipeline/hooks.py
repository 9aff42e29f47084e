from odoo.tools import SQL


def post_init_hook(env):
    """Every company that is there gets a pool policy with the shipped quotas."""
    env["crm.pool.policy"]._create_defaults(env["res.company"].search([]))


def uninstall_hook(env):
    """The functions in the database go with the tables that they are about."""
    for name in ("crm_pool_look", "crm_pool_take", "crm_pool_counter"):
        env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s", SQL.identifier(name)))
    # an index stands on it
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS crm_name_pairs CASCADE"))
