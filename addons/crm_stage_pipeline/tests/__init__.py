from . import (
    test_crm_pool_claim,
    test_crm_pool_document,
    test_crm_pool_move,
    test_crm_pool_owner,
    test_crm_pool_rule,
    test_crm_pool_stage,
    test_numbering,
    test_text,
)
