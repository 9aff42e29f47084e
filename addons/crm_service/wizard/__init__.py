from . import crm_service_ticket_assign
from . import crm_service_ticket_hours
