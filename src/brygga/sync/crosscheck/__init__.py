"""Cross-check: where the broker system, the register extract and the tax register disagree.

`check(case)` is pure. The rules' words, severities and sources stand in `rules.toml`; nothing is
changed by a check, and a correction is only ever proposed.
"""

from brygga.sync.crosscheck.case import Case, Remark, Weight
from brygga.sync.crosscheck.duplicates import Twins, twins
from brygga.sync.crosscheck.rules import Rule, rules
from brygga.sync.crosscheck.run import check

__all__ = ["Case", "Remark", "Rule", "Twins", "Weight", "check", "rules", "twins"]
