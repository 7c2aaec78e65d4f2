"""What the ledger holds, and how its rows change."""
