"""Erasing a patient: all that is kept of them, but for their runs' skeletons and the trail."""
