from . import crm_list_report
from . import crm_pool_review
from . import crm_pool_stage_history
from . import res_partner_report
from . import sale_report
