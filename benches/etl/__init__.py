"""The ETL beside other ways to do the same job, and the cost of a new batch as history grows."""
