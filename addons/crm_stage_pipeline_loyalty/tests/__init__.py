from . import test_crm_pool_loyalty
