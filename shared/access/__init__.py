"""Who may do what: one table, one pure function. Handlers load the facts and ask."""
