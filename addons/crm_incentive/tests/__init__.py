from . import test_formula_fuzz
from . import test_formula_language
from . import test_incentive_payment
from . import test_incentive_run
from . import test_rating_cases
from . import test_rating_properties
