"""The content of the ledger, and the changes of its rows."""
