from . import test_ami_faults, test_ami_fold, test_ami_session
