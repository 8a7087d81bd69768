"""The local AWS: moto over loopback HTTP, with what the stack changes in it."""
