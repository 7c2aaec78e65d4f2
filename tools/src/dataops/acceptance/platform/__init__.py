"""The platform of a copy of the project, started once, run through faults and destroyed."""
