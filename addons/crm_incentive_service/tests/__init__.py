from . import test_incentive_source_ticket
