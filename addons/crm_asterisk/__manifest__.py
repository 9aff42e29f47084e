{
    "name": "Asterisk connector",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "category": "Sales/Telesales",
    "summary": "Your own PBX: click to dial, screen pop, calls, recordings",
    "depends": ["crm_stage_pipeline", "bus"],
    "external_dependencies": {"python": ["pyst2"]},
    "data": [],
}
