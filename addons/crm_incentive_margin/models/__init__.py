from . import crm_incentive_source_margin
from . import crm_incentive_source_invoice_margin
