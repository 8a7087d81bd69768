"""`make demo`: the main job of each workflow, played in a terminal against a stack of its own."""
