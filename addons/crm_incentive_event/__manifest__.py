{
    "name": "Incentives on Registrations",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Measures over registrations for events",
    "depends": ["crm_incentive", "event_sale"],
    "auto_install": True,
}
