"""What is true: values, field rules, filters, changes, errors.

Standard library only; no I/O, no clock, no async, nothing that knows a wire format or a screen.

Words, one per thing: *reseller* (us), *customer* (an account below us), *username*, *profile* (one named reseller
account of ours), *details* (names and address), *sending* and *website access* (two independent switches),
*list*, *snapshot* (last list read), *filter*, *mark*, *change* (before -> after), *operation* (one call that changes
something), *outcome*, *audit log*.
"""
