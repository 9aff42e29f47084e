from . import crm_list_report
