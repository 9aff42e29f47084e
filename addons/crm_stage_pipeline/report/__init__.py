from . import crm_pool_customer_list
