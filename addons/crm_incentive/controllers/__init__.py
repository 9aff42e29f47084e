from . import plan
from . import statement
