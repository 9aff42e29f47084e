from . import test_ami_faults
from . import test_ami_fold
from . import test_ami_session
from . import test_call_panel_tour
from . import test_crm_call
from . import test_crm_call_dial
from . import test_crm_call_mask
from . import test_crm_call_recording
