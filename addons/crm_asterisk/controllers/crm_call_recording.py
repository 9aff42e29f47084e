from odoo.exceptions import AccessError, MissingError
from odoo.http import Controller, Stream, request, route

from ..models.crm_call_recording import TYPES


class CrmCallRecordingController(Controller):
    @route(
        "/crm_asterisk/recording/<int:recording_id>",
        type="http",
        auth="user",
        readonly=False,
    )
    def recording(self, recording_id):
        """Play a recording to a person who sees its call; each hearing is logged."""
        recording = request.env["crm.call.recording"].browse(recording_id)
        try:
            recording.check_access("read")
            recording.call_id.check_access("read")
            path = recording._path()
        except (AccessError, MissingError):
            path = None
        if path is None:
            raise request.not_found()
        recording._log_play()
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
