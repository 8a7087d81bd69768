"""HTTP as values, and the server that all of the stack is served by."""
