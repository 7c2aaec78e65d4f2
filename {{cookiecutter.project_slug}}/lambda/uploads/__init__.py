"""From a message about an upload to a row of the ledger."""
