"""From waiting files to a run that is closed."""
