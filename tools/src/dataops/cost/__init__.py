"""What a month costs: quantities from project.yaml or a plan, times a dated price table; nothing is asked of AWS."""
