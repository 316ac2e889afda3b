"""What decides whether a change may be merged: is the tree what the specs say, is it sound, what does it do?

Because a change must not choose its own judge, two things are kept apart. What it deploys is its own:
the tree must be what its models, blueprints and environments render to, and is compared with what the
base has. What it is judged by is its own and the base's: settings, policies, definitions, what
environments say of a place and how grave they take a rule, exceptions, annotations and baselines. Where
the two differ, everything that changed is looked at twice, and an error of either look counts. So
stricter rules hold at once, and looser ones only after somebody has merged them, or when an owner says
beforehand that the change may be trusted. Where Argo CD reads from and where it deploys to is no matter
of rules: a change of that is an error until an owner says so. Every such edit is told first of all.

What did not change is not looked at again: the base was judged when it was merged.
"""

from __future__ import annotations

from modelyard.gate.run import Verdict, gate

__all__ = ["Verdict", "gate"]
