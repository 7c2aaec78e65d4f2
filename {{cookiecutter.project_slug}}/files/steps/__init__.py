"""The steps of the ETL job, in the order in which etl.py takes them."""
