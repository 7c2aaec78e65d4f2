"""Makes tests independent of the network: the tests of Lambda functions work on moto, in this process."""

import os

# A shell with the variables of `make names`, or a build of the pipeline: no test may reach their environment, and
# the Lambdas' modules create their clients as soon as a test's file imports one.
for _name in [name for name in os.environ if name.startswith(("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"))]:
    del os.environ[_name]

from event_chain import aws, chain  # noqa: E402, F401 (pytest finds fixtures by importing them here)
