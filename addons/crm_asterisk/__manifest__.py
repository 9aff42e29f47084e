{
    "name": "Asterisk connector",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Your own PBX: click to dial, screen pop, calls, recordings",
    "depends": ["crm_stage_pipeline", "bus"],
    "external_dependencies": {"python": ["pyst2"]},
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rule.xml",
        "data/ir_cron_data.xml",
        "views/asterisk_server_views.xml",
        "views/asterisk_endpoint_views.xml",
        "views/asterisk_event_views.xml",
        "views/crm_call_views.xml",
        "views/crm_call_menus.xml",
    ],
    "demo": ["demo/asterisk_server_demo.xml"],
    "assets": {
        "web.assets_backend": ["crm_asterisk/static/src/**/*"],
    },
}
