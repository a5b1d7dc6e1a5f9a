"""Use cases, one method each: load, apply the rule, save, within one transaction."""
