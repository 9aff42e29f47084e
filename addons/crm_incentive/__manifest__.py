{
    "name": "Incentive Compensation",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Plans, credits, ledger and statements for representatives",
    "depends": ["crm_stage_pipeline", "sale_management", "account"],
    "data": [
        "security/crm_incentive_security.xml",
        "security/ir.model.access.csv",
    ],
    "demo": [],
    "application": True,
}
