from . import crm_service_ticket
from . import crm_call
from . import asterisk_server
from . import asterisk_endpoint
from . import crm_service_team
