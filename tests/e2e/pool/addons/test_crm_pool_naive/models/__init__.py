from odoo.addons.crm_stage_pipeline.models import crm_pool_recycle_run

from . import crm_pool_customer

# so that a run of 2,000 customers has a middle
crm_pool_recycle_run.BATCH = 100
