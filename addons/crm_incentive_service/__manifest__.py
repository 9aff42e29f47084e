{
    "name": "Incentives on Requests",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Measures over solved service requests",
    "depends": ["crm_incentive", "crm_service"],
    "auto_install": True,
}
