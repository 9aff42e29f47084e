# Thin targets over scripts/. `make` alone prints what there is.
.DEFAULT_GOAL := help
.PHONY: help setup demo story screenshots walk stop clean lint test test-structure test-pure test-addon test-tours test-e2e \
	test-long test-install test-core pot bench bench-asterisk bench-customer bench-incentive bench-pool bench-workday

help:  ## this list
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup:  ## everything the product and its tests need (other targets call it when it is missing)
	scripts/setup test

lint:  ## ruff, pylint-odoo, the OCA checks of modules and translations
	scripts/lint

test:  ## everything a change must pass; ends with `N passed, N failed`
	scripts/test

test-structure:  ## layering, sizes, xml ids, manifests, access lists, translations, and the runner itself
	scripts/test structure

test-pure:  ## the packages that need no Odoo database, in seconds: [ADDON=crm_incentive]
	scripts/test pure$(if $(ADDON),:$(ADDON))

test-addon:  ## one addon's tests inside Odoo: ADDON=crm_service [TAGS=/crm_service:TestTicket]
	@test -n "$(ADDON)" || { echo "say which one: make test-addon ADDON=crm_service" >&2; exit 2; }
	scripts/test-addon $(ADDON) $(TAGS)

test-tours:  ## the browser tests of all addons, in headless Chromium
	scripts/test tours

test-e2e:  ## real server, real Asterisk: [FOLDER=asterisk]
	scripts/test e2e$(if $(FOLDER),:$(FOLDER))

test-long: ## hours rather than minutes: installs, install orders, uninstall, Odoo's own tests
	scripts/test-long

test-install:  ## of test-long: fresh installs, orders, uninstall
	scripts/test install

test-core:  ## of test-long: Odoo's own tests with our addons against without
	scripts/test core

bench:  ## all keys with their bounds, into build/bench.json and docs/bench.md; on an idle machine
	scripts/bench

bench-customer:  ## of bench: import, duplicates and the hint while typing, on a million customers
	scripts/bench customer

bench-pool:  ## of bench: claims, recycling, lists and searches on a million customers
	scripts/bench pool

bench-incentive:  ## of bench: runs over 100,000 order lines, OCA's settlement, posting
	scripts/bench incentive

bench-workday:  ## of bench: main line, kanban, next customer, contact records
	scripts/bench workday

bench-asterisk:  ## of bench: the connector, caller match, calls lost, the pop in the browser
	scripts/bench asterisk

demo:  ## the whole product with demonstration data on http://localhost:8069
	scripts/demo start

story:  ## the main job through public doors only, on the real exchange
	scripts/story

screenshots:  ## the pictures of docs/images, from a running `make demo`: [ONLY="pool|request"]
	scripts/screenshots --only "$(ONLY)"

walk:  ## opens every menu as each role in both languages, from a running `make demo`: [ONLY=agent1]
	scripts/walk --only "$(ONLY)"

stop:  ## stop what `make demo` started; data stays
	scripts/demo stop

clean:  ## stop, and remove the demonstration database and build/
	scripts/demo clean

pot:  ## write i18n/*.pot and merge them into zh_CN.po: [ADDON=crm_service]
	scripts/pot $(ADDON)
