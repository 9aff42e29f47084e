from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..script import Answer, Node, Script, ScriptTextError, render


class CrmCallScript(models.Model):
    """What an agent says, with questions whose answers lead on (T8).

    - A reference script is everybody's of the company and kept by managers.
    - A personal script is its owner's only; anybody may make a personal copy of a
      reference script.
    - Texts hold placeholders of a fixed list; nothing else is read from a record.
    - A script with a blocking problem cannot be used by a running campaign.
    """

    _name = "crm.call.script"
    _description = "Call Script"
    _order = "kind desc, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        comodel_name="res.company", default=lambda self: self.env.company, index=True
    )
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        selection=[("reference", "Reference"), ("personal", "Personal")],
        required=True,
        default="personal",
        help="Personal scripts are seen by their owner only.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        default=lambda self: self.env.user,
        index=True,
        copy=False,
    )
    origin_id = fields.Many2one(
        comodel_name="crm.call.script",
        string="Copied From",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    node_ids = fields.One2many(
        comodel_name="crm.call.script.node",
        inverse_name="script_id",
        string="Passages",
        copy=False,
    )
    problem_text = fields.Text(string="Problems", compute="_compute_problem_text")

    @api.depends("node_ids.sequence", "node_ids.answer_ids.target_id")
    def _compute_problem_text(self):
        for script in self:
            script.problem_text = "\n".join(
                script._problem_sentence(problem)
                for problem in script._to_script().problems()
            )

    @api.constrains("kind", "user_id")
    def _check_owner(self):
        for script in self:
            if script.kind == "personal" and not script.user_id:
                raise ValidationError(
                    self.env._("A personal script needs an owner: %s", script.name)
                )

    def copy(self, default=None):
        """Copy with passages and answers, which lead to the copied passages."""
        copies = super().copy(default)
        for script, new in zip(self, copies, strict=True):
            script._copy_nodes(new)
        return copies

    def action_personal_copy(self):
        """Make my own copy of a script and open it."""
        self.ensure_one()
        copied = self.copy(
            {"kind": "personal", "user_id": self.env.uid, "origin_id": self.id}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": copied.id,
            "views": [[False, "form"]],
        }

    def _copy_nodes(self, target):
        copied = {}
        for node in self.node_ids:
            copied[node] = node.copy({"script_id": target.id, "answer_ids": []})
        for answer in self.node_ids.answer_ids:
            answer.copy(
                {
                    "node_id": copied[answer.node_id].id,
                    "target_id": copied[answer.target_id].id
                    if answer.target_id in copied
                    else False,
                }
            )

    @api.model
    def _placeholder_names(self):
        """The names that a text may use; override to add, with their values."""
        return ("contact", "customer", "city", "agent", "company", "campaign")

    def _to_script(self):
        """The records as the pure graph."""
        self.ensure_one()
        nodes = self.node_ids.sorted(lambda node: (node.sequence, node._origin.id or 0))
        return Script(
            nodes[:1].id or None,
            tuple(
                Node(
                    node.id,
                    tuple(
                        Answer(answer.id, answer.target_id.id or None)
                        for answer in node.answer_ids
                    ),
                )
                for node in nodes
            ),
        )

    def _is_usable(self):
        self.ensure_one()
        return not any(p.is_blocking for p in self._to_script().problems())

    def _problem_sentence(self, problem):
        names = ", ".join(
            self.env["crm.call.script.node"].browse(problem.nodes).mapped("name")
        )
        sentences = {
            "no_start": self.env._("The script has no passage to start with."),
            "duplicate": self.env._("Twice in the script: %s", names),
            "dangling": self.env._("An answer leads out of the script: %s", names),
            "endless": self.env._("From here the call can never end: %s", names),
            "unreachable": self.env._("Nothing leads here: %s", names),
            "cycle": self.env._("The answers lead round in a circle: %s", names),
        }
        return sentences[problem.kind]

    def _snapshot(self, values):
        """The script for the call desk, filled with escaped values.

        :param dict values: placeholder name → text
        """
        self.ensure_one()
        script = self._to_script()
        return {
            "id": self.id,
            "name": self.name,
            "start": script.start,
            "nodes": [node._snapshot(values) for node in self.node_ids],
        }

    @api.model
    def _render(self, text, values):
        """HTML of a text; every allowed name has a value, if only an empty one."""
        known = {
            name: str(values.get(name) or "") for name in self._placeholder_names()
        }
        # escaped by the pure package: text and values alike
        return Markup(render(text or "", known))

    @api.model
    def _check_text(self, text):
        """
        :raises ValidationError: for a placeholder that is not on the list
        """
        try:
            self._render(text, {})
        except ScriptTextError as error:
            raise ValidationError(
                self.env._(
                    "There is no placeholder %(name)s. Known are: %(known)s",
                    name=error.name or "{{ }}",
                    known=", ".join(self._placeholder_names()),
                )
            ) from error
