from . import crm_pool
from . import crm_pool_stage
from . import crm_pool_transition
from . import crm_pool_customer
