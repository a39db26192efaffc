"""A page for every reason that a verdict can have, and one that is nearly the same and has it not."""
