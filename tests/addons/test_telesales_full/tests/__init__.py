from . import test_access_matrix, test_install, test_menus
