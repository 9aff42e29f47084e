from . import (
    test_access_matrix,
    test_core_reads,
    test_incentive_rows,
    test_install,
    test_menus,
    test_visibility_orm,
    test_visibility_portal,
    test_visibility_related,
)
