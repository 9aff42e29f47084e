{
    "name": "Incentives on Margins",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Measures over the margins of orders and invoices",
    "depends": ["crm_incentive", "sale_margin"],
    "auto_install": True,
}
