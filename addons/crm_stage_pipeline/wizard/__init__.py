from . import (
    crm_pool_import,
    crm_pool_import_batch,
    crm_pool_import_file,
    crm_pool_import_row,
    crm_pool_operation,
)
