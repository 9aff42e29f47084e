{
    "name": "Service Requests from Calls",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Requests out of calls, their recordings; requests go to who is present",
    "depends": ["crm_service", "crm_asterisk"],
    "auto_install": True,
    "data": [
        "views/crm_service_ticket_views.xml",
        "views/crm_call_views.xml",
        "views/crm_service_team_views.xml",
    ],
}
