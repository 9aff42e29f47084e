from . import crm_incentive_source_margin
