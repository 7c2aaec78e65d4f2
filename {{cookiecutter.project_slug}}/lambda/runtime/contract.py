"""The number of the agreement between these modules and the tools that import them, also in dataops/contract.py.

It grows with every change after which older tools would misread a ledger row, a message or a manifest.
"""

CONTRACT = 1
