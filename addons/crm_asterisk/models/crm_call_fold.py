from datetime import UTC, datetime

from odoo import api, models

from odoo.addons.crm_stage_pipeline.numbering import NumberError, normalise

# Fields that the derivation gives and that make a new revision when they change.
DERIVED = (
    "direction",
    "state",
    "result",
    "number",
    "e164",
    "caller_name",
    "line",
    "queue",
    "user_id",
    "started_at",
    "answered_at",
    "ended_at",
    "talk_s",
    "wait_s",
    "hangup_cause",
)


def moment(seconds):
    """Seconds of the PBX's clock as a naive UTC time, whole seconds; False for None."""
    if seconds is None:
        return False
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None, microsecond=0)


class CrmCall(models.Model):
    _inherit = "crm.call"

    @api.model
    def _apply_calls(self, server, found):
        """Write what the connector derived; equal input changes nothing.

        :param server: asterisk.server of the calls
        :param found: [(ami.Call, facts as JSON document)], one per linked id
        :return: crm.call rows that are new or have changed
        """
        # everything is looked up and written for all calls at once: a batch of a busy
        # PBX touches hundreds
        linkedids = [call.linkedid for call, _facts in found]
        rows = self.search(
            [("server_id", "=", server.id), ("linkedid", "in", linkedids)]
        ).grouped("linkedid")
        commands = self._commands_of(server, linkedids)
        endpoints = {e.name: e for e in server.endpoint_ids}
        changed = self.browse()
        strangers = []
        missing = []
        for call, facts in found:
            row = rows.get(call.linkedid, self.browse())
            command = commands.get(call.linkedid, self.command_id.browse())
            vals = self._prepare_call_vals(server, call, endpoints, row, command)
            if row:
                news = {name: vals[name] for name in vals if row._differs(name, vals)}
                if news:
                    news["revision"] = row.revision + 1
                    changed += row
                row.write({**news, "facts": facts})
                continue
            vals.update(
                server_id=server.id, linkedid=call.linkedid, facts=facts, revision=1
            )
            if command:
                vals.update(self._prepare_command_vals(server, vals, command))
            elif call.direction != "internal":
                strangers.append(vals)
            missing.append(vals)
        self._update_parties(server, strangers)
        created = self.create(missing)
        rows.update(created.grouped("linkedid"))
        pairs = [(rows[call.linkedid], call) for call, _facts in found]
        told = self._apply_legs(server, pairs, endpoints) - changed - created
        for row in told:
            row.revision += 1
        self._apply_recordings(pairs)
        return changed + created + told

    def _differs(self, name, vals):
        value = self[name].id if self._fields[name].relational else self[name]
        return (value or False) != (vals[name] or False)

    @api.model
    def _prepare_call_vals(self, server, call, endpoints, row, command):
        """Values of a call's own fields."""
        names = (*call.agents, call.first_agent, *call.present, *call.rung)
        users = [endpoints[name].user_id for name in names if name in endpoints]
        user = next((user for user in users if user), row.user_id)
        user = user or command.user_id
        return {
            "direction": call.direction,
            "state": call.state,
            "result": call.result or False,
            "number": call.number or row.number,
            "e164": self._international(server, call.number) or row.e164,
            "caller_name": call.caller if call.direction == "in" else False,
            "line": call.line if call.direction == "in" else False,
            "queue": call.queue or False,
            "user_id": user.id,
            "started_at": moment(call.started),
            "answered_at": moment(call.answered),
            "ended_at": moment(call.ended),
            "talk_s": round(call.talk),
            "wait_s": round(call.wait),
            "hangup_cause": call.cause or 0,
            "is_recording_paused": call.silent,
        }

    @api.model
    def _international(self, server, number):
        """E.164 of a number as the PBX knows it, its dial prefix taken away."""
        prefix = server.prefix or ""
        if prefix and number.startswith(prefix):
            number = number[len(prefix) :]
        try:
            return normalise(number, server.country_id.code).e164
        except NumberError:
            return False

    @api.model
    def _commands_of(self, server, linkedids):
        """{linked id: the command that placed the call}"""
        return (
            self.env["asterisk.command"]
            .search([("uuid", "in", linkedids), ("server_id", "=", server.id)])
            .grouped("uuid")
        )

    @api.model
    def _prepare_command_vals(self, server, vals, command):
        """The other side of a call that we placed: as it was asked for."""
        return {
            "command_id": command.id,
            "partner_id": command.partner_id.id,
            "customer_id": command.customer_id.id,
            "number": command.number or vals["number"],
            "e164": self._international(server, command.number or "") or vals["e164"],
        }

    @api.model
    def _update_parties(self, server, vals_list):
        """The other side of calls that others placed: the only customer who has the
        number. All calls are looked up at once, as _match would each of them.

        :param vals_list: values of new calls; partner_id, customer_id are put in
        """
        numbers = self.env["crm.phone.number"]
        exact = numbers.search(
            [("e164", "in", [vals["e164"] for vals in vals_list if vals["e164"]])]
        ).grouped("e164")
        parties = []
        for vals in vals_list:
            found = exact.get(vals["e164"]) or numbers._match(
                vals["e164"] or vals["number"], server.country_id
            )
            partners = found.partner_id
            if len(partners.commercial_partner_id) == 1 and not found.lead_id:
                parties.append((vals, partners))
        commercial_ids = [
            partners.commercial_partner_id.id for _vals, partners in parties
        ]
        customers = (
            self.env["crm.pool.customer"]
            .search(
                [
                    ("partner_id", "in", commercial_ids),
                    ("company_id", "=", server.company_id.id),
                ]
            )
            .grouped("partner_id")
        )
        for vals, partners in parties:
            customer = customers.get(partners.commercial_partner_id)
            vals["partner_id"] = partners[0].id
            vals["customer_id"] = customer.id if customer else False

    @api.model
    def _apply_legs(self, server, pairs, endpoints):
        """One row per channel.

        :param pairs: [(crm.call, ami.Call)]
        :return: calls of which one leg was muted or is recorded, which no other field
            tells
        """
        told = self.browse()
        missing = []
        for row, call in pairs:
            legs = {leg.uniqueid: leg for leg in row.channel_ids}
            for leg in call.legs:
                vals = self._prepare_leg_vals(leg, endpoints)
                known = legs.get(leg.uniqueid)
                if known is None:
                    missing.append(
                        {
                            **vals,
                            "call_id": row.id,
                            "server_id": server.id,
                            "uniqueid": leg.uniqueid,
                        }
                    )
                    continue
                news = {name: vals[name] for name in vals if known._differs(name, vals)}
                if news:
                    known.write(news)
                    if {"is_muted", "is_recorded"} & set(news):
                        told |= row
        if missing:
            self._take_over_legs(server, missing)
        return told

    @api.model
    def _prepare_leg_vals(self, leg, endpoints):
        endpoint = endpoints.get(leg.name.rsplit("-", 1)[0])
        return {
            "name": leg.name,
            "endpoint_id": endpoint.id if endpoint else False,
            "started_at": moment(leg.started),
            "ringing_at": moment(leg.ringing),
            "answered_at": moment(leg.up),
            "ended_at": moment(leg.ended),
            "hangup_cause": leg.cause or 0,
            "is_muted": leg.muted,
            "is_recorded": leg.recorded,
        }

    @api.model
    def _take_over_legs(self, server, missing):
        """New legs; one that another call has (its linked id changed) stays there."""
        legs = self.env["crm.call.channel"]
        uniqueids = [vals["uniqueid"] for vals in missing]
        taken = set(
            legs.search(
                [("server_id", "=", server.id), ("uniqueid", "in", uniqueids)]
            ).mapped("uniqueid")
        )
        fresh: dict[str, dict] = {}
        for vals in missing:
            if vals["uniqueid"] not in taken:
                fresh.setdefault(vals["uniqueid"], vals)
        legs.create(list(fresh.values()))

    @api.model
    def _apply_recordings(self, pairs):
        self.env["crm.call.recording"].create(
            [
                {"call_id": row.id, "name": name}
                for row, call in pairs
                for name in sorted(
                    set(call.recordings) - set(row.recording_ids.mapped("name"))
                )
            ]
        )
