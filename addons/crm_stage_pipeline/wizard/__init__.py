from . import crm_pool_import_row
from . import crm_pool_import
from . import crm_pool_import_batch
