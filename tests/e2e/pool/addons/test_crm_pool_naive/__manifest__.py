{
    "name": "Naive twins of the pool's actions, for the end-to-end tests",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "license": "LGPL-3",
    "author": "Telesales Contributors",
    "summary": "What claims are not to be: read, count, write",
    "depends": ["crm_stage_pipeline"],
}
