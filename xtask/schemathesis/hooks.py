"""Our extensions of Schemathesis, which loads this module. Each of the others registers itself."""

import examples  # noqa: F401
import exceptions  # noqa: F401
import framing  # noqa: F401
import isolation  # noqa: F401
import sequences  # noqa: F401
import tally  # noqa: F401
