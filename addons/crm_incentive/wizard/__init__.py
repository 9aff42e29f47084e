from . import crm_incentive_formula_trial
from . import crm_incentive_replay
from . import crm_incentive_forecast
