{
    "name": "Customer Pool: Departments",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Data rights over departments and what is below them",
    "depends": ["crm_stage_pipeline", "hr"],
    "data": [
        "views/crm_pool_data_right_views.xml",
    ],
    "demo": [
        "demo/hr_department_demo.xml",
    ],
    "auto_install": True,
}
