"""Events, schedules, event source mappings, topics and chat."""
