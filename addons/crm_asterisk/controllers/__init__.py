from . import crm_call_recording
