{
    "name": "Customer Pool: Points",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Points of customers, by the loyalty programs of Odoo",
    "depends": ["crm_stage_pipeline", "sale_loyalty"],
    "data": [
        "security/loyalty_rules.xml",
        "views/crm_pool_customer_views.xml",
        "views/crm_pool_customer_card_views.xml",
        "views/res_partner_views.xml",
        "views/loyalty_views.xml",
    ],
    "demo": [
        "demo/loyalty_demo.xml",
    ],
    "auto_install": True,
}
