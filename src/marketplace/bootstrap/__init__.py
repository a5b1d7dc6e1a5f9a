"""The composition root: which adapter fills which port.

Importing it makes the locked `tzdata` package the only source of time zones, so no entry point can forget to.
"""

from marketplace.bootstrap.zones import use_locked_zones

use_locked_zones()
