"""From waiting files to a closed run."""
