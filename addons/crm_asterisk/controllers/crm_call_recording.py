import io
import zipfile

from odoo.exceptions import AccessError, MissingError
from odoo.http import Controller, Stream, content_disposition, request, route

from ..models.crm_call_recording import TYPES
from ..models.crm_call_recording_proof import MANAGER_GROUP


class CrmCallRecordingController(Controller):
    @route(
        "/crm_asterisk/recording/<int:recording_id>",
        type="http",
        auth="user",
        readonly=False,
    )
    def recording(self, recording_id):
        """Play a recording to a person who sees its call; each hearing is logged. A
        player asks for the file in pieces: the first one counts."""
        recording, path = self._readable(recording_id)
        asked = request.httprequest.headers.get("Range", "bytes=0-")
        if asked.startswith("bytes=0-") or not recording._is_being_played():
            recording._log("play")
        stream = Stream(
            type="path",
            path=str(path),
            mimetype=TYPES[path.suffix],
            download_name=path.name,
            size=path.stat().st_size,
            last_modified=path.stat().st_mtime,
            conditional=True,
            etag=False,
        )
        return stream.get_response(as_attachment=False)

    @route(
        "/crm_asterisk/recording/<int:recording_id>/proof",
        type="http",
        auth="user",
        readonly=False,
    )
    def proof(self, recording_id):
        """The recording, its proof sheet and its checksum in one archive (G35), for
        managers; logged, and the log is part of it."""
        recording, path = self._readable(recording_id)
        if not request.env.user.has_group(MANAGER_GROUP):
            raise request.not_found()
        recording._log("export")
        sheet = request.env["ir.qweb"]._render(
            "crm_asterisk.crm_call_recording_proof",
            {"recording": recording, "problem": recording._problem()},
        )
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.write(path, path.name)
            file.writestr("proof.html", str(sheet))
            file.writestr("SHA256SUMS", f"{recording.sha256}  {path.name}\n")
        return request.make_response(
            archive.getvalue(),
            [
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition(f"{path.stem}.zip")),
            ],
        )

    def _readable(self, recording_id):
        """(recording, path of its file) for who sees the call; else: not found."""
        recording = request.env["crm.call.recording"].browse(recording_id)
        try:
            recording.check_access("read")
            recording.call_id.check_access("read")
            path = recording._path()
        except (AccessError, MissingError):
            path = None
        if path is None:
            raise request.not_found()
        return recording, path
