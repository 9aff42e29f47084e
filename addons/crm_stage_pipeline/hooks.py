def post_init_hook(env):
    """Every company that is there gets a pool policy with the shipped quotas."""
    env["crm.pool.policy"]._create_defaults(env["res.company"].search([]))
