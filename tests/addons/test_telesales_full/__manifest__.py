{
    "name": "Telesales: tests across all addons",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "summary": "Roles against models, and what only shows when everything is installed",
    "depends": [
        "crm_asterisk",
        "crm_incentive",
        "crm_service",
        "crm_telesales",
    ],
}
