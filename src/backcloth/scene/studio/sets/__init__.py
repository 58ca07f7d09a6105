"""The sets: each draws one kind of place, as linear light with shadows and blur in it."""
