"""The use of AWS and Python by every Lambda function: clients, environment variables, threads, logs, metrics."""
