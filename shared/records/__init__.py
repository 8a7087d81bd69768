"""What is stored, as frozen values. Pure: no clock, no client, no rule."""
