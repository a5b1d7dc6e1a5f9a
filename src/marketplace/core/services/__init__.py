"""What a person does, one method each: load, call the rule, save, inside one transaction."""
