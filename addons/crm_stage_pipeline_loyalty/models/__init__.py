from . import crm_pool_customer, ir_ui_menu, loyalty_program, res_partner
