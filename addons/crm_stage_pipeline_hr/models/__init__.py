from . import (
    crm_pool_data_right,
    crm_pool_data_right_line,
    hr_department,
    hr_employee,
    hr_version,
    res_users,
)
