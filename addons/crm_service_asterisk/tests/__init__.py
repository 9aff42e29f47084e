from . import test_crm_service_ticket
from . import test_crm_service_routing
