"""What every Lambda function uses of AWS and Python: clients, environment variables, threads, logs, metrics."""
