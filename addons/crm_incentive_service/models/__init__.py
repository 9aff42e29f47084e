from . import crm_incentive_source_ticket
