from . import test_search_bigram
from . import test_sla_cases
from . import test_sla_properties
