from . import crm_fax_broadcast
