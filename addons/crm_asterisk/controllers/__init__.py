from . import crm_call_recording
from . import crm_call_callback
