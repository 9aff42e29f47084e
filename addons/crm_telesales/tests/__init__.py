from . import test_calling_hours, test_script
