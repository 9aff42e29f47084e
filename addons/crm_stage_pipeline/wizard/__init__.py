from . import (
    crm_pool_distribution,
    crm_pool_enrolment,
    crm_pool_import,
    crm_pool_import_batch,
    crm_pool_import_field,
    crm_pool_import_file,
    crm_pool_import_row,
    crm_pool_operation,
    crm_pool_operation_guard,
    crm_pool_operation_stage,
    crm_pool_request_operation,
)
