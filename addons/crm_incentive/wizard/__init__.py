from . import base_partner_merge
from . import crm_incentive_formula_trial
from . import crm_incentive_replay
from . import crm_incentive_forecast
from . import crm_incentive_migration
from . import crm_incentive_migration_make
from . import crm_incentive_accrual
from . import crm_incentive_component_grid
