{
    "name": "Incentives on Calls",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Measures over answered calls",
    "depends": ["crm_incentive", "crm_asterisk"],
    "auto_install": True,
}
