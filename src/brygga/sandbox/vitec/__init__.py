"""An imitation of Vitec Connect.

imitation    the server: paths, sign-in, truth
advertising  the advertising section's answers; `paging`, `directory`, `bytes` serve them
crm          contacts and relations; `contacts` makes them
desk         what outsiders write: `upsert`, `forms`, `bidding`, `calendar`, `making`; and `searching`
changes      what a broker does; `circle` and `news` what happens around it, `notices` what is
             told of it
state        the world: `row` is the little known of each estate, `estate` builds the rest of it
             from `draft`, `home`, `kinds`, `sale`, `media`, `office`, `blank` and `words`
csv          estates from a file instead
"""

from __future__ import annotations

from brygga.sandbox.vitec.imitation import PASSWORD, USER, VitecImitation, make

__all__ = ["PASSWORD", "USER", "VitecImitation", "make"]
