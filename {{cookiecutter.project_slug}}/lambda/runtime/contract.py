"""The number of the agreement between these modules and the tools that import them: dataops/contract.py has it too.

It grows with every change after which tools of before would misread a ledger row, a message or a manifest.
"""

CONTRACT = 1
