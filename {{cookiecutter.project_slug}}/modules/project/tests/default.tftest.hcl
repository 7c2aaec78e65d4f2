# What project.yaml may leave out, and what then holds.

variables {
  environment = "dev"

  settings = {
    name          = "Acme Sales"
    slug          = "acme-sales"
    region        = "eu-west-1"
    environments  = [{ name = "dev", account = "111111111111" }, { name = "prod", account = "222222222222", region = "eu-central-1", network = { vpc = "vpc-0abc1234", subnets = ["subnet-0abc1234"] } }]
    datasets      = { orders = { format = "csv", columns = [{ name = "id", type = "bigint" }] } }
    notifications = [{ protocol = "email", endpoint = "data-team@example.com" }]
  }
}

run "an_environment_is_small_and_has_a_network_of_its_own" {
  command = plan
  assert {
    condition     = output.environment.workers == 2 && output.environment.worker_type == "G.1X"
    error_message = "An environment that says nothing must have two of the smallest workers."
  }
  assert {
    condition     = output.environment.network.cidr == "10.20.0.0/16" && output.environment.network.vpc == null
    error_message = "An environment that says nothing must get a VPC of its own."
  }
  assert {
    condition     = output.environment.region == "eu-west-1" && output.environment.approval
    error_message = "An environment that says nothing must be in the project's region and ask for approval."
  }
}

run "an_environment_may_have_its_own_region_and_network" {
  command = plan
  variables { environment = "prod" }
  assert {
    condition     = output.environment.region == "eu-central-1" && output.environment.network.vpc == "vpc-0abc1234" && output.environment.network.cidr == null
    error_message = "What an environment says of itself must win over the project."
  }
}

run "a_dataset_is_read_from_the_folder_of_its_name" {
  command = plan
  assert {
    condition     = output.datasets.orders.prefix == "orders/" && output.datasets.orders.schedule == ""
    error_message = "A dataset that says nothing must be read from <dataset>/ on each upload."
  }
}

run "the_job_gets_everything" {
  command = plan
  assert {
    condition     = output.job_settings.orders.delimiter == "," && output.job_settings.orders.quoted_newlines && output.job_settings.orders.maximum_quarantined_share == 0.05
    error_message = "The job's settings must hold the defaults of reading."
  }
  assert {
    condition     = output.job_settings.orders.encoding == "utf-8" && output.job_settings.orders.header && output.job_settings.orders.decimal == "."
    error_message = "The job's settings must hold the defaults of text files."
  }
  assert {
    condition     = output.job_settings.orders.on_drift == "report" && output.job_settings.orders.table_format == "parquet" && output.job_settings.orders.newest_by == null
    error_message = "The job's settings must hold the defaults of publishing."
  }
  assert {
    condition     = join(" ", keys(output.job_settings.orders.columns[0])) == "format maximum minimum name one_of pattern required type unique"
    error_message = "A column must reach the job with every key, null where it says nothing."
  }
}

run "the_project_runs_on_the_glue_version_that_it_was_tested_on" {
  command = plan
  assert {
    condition     = output.project.glue_version == "5.1" && output.project.git.provider == "codecommit" && output.project.git.repository == "acme-sales"
    error_message = "A project that says nothing must run on Glue 5.1 and live in a CodeCommit repository of its slug."
  }
}

run "delivery_begins_in_the_first_environments_account_and_needs_two_people" {
  command = plan
  assert {
    condition     = output.delivery.account == "111111111111" && output.delivery.region == "eu-west-1" && output.delivery.connection == null
    error_message = "A project that says nothing must be delivered from its first environment's account, in the project's region."
  }
  assert {
    condition     = output.delivery.approvals == 2 && output.delivery.approval_timeout_minutes == 3 * 24 * 60 && length(output.delivery.developers) == 0
    error_message = "A pull request must need two approvals, and an approval of a plan must wait three days, where nothing is said."
  }
}

run "every_environment_but_the_first_is_protected" {
  command = plan
  assert {
    condition     = join(" ", [for each in output.delivery.environments : "${each.name} ${each.protected} ${each.approval}"]) == "dev false true prod true true"
    error_message = "Every environment must ask for approval, and all but the first must be protected, where nothing is said."
  }
}

run "delivery_may_have_an_account_of_its_own" {
  command = plan
  variables {
    environment = "pipeline"
    settings    = merge(var.settings, { delivery = { account = "333333333333", approval_timeout = "1 hours" } })
  }
  assert {
    condition     = output.environment.account == "333333333333" && output.environment.region == "eu-west-1" && output.prefix == "acme-sales-pipeline"
    error_message = "The delivery account's part must have the delivery account, the project's region and a prefix of its own."
  }
  assert {
    condition     = output.delivery.approval_timeout_minutes == 60
    error_message = "The time of an approval must be given in minutes."
  }
}

run "every_environment_has_the_canary" {
  command = plan
  assert {
    condition     = output.datasets.canary.prefix == "canary/" && join(" ", output.job_settings.canary.columns[*].name) == "id sent_at" && output.job_settings.canary.primary_key[0] == "id"
    error_message = "The smoke test's own dataset must be there without being named in project.yaml."
  }
  assert {
    condition     = toset(keys(output.datasets.canary)) == toset(keys(output.datasets.orders)) && toset(keys(output.datasets.canary.columns[0])) == toset(keys(output.datasets.orders.columns[0]))
    error_message = "The canary must say everything that another dataset says."
  }
}

run "a_run_ends_after_two_hours_on_capacity_of_its_own_and_no_amount_is_guessed" {
  command = plan
  assert {
    condition     = output.datasets.orders.timeout_minutes == 120 && !output.environment.flex && output.environment.monthly_budget == null
    error_message = "A run must have two hours and no spare capacity, and an environment no budget, where nothing is said."
  }
}

run "costs_are_split_by_three_tags" {
  command = plan
  assert {
    condition     = output.tags == { Project = "acme-sales", Environment = "dev", Deployment = "acme-sales-dev" }
    error_message = "Everything must carry the project, the environment, and both together."
  }
}

run "everything_is_watched_without_a_setting" {
  command = plan
  assert {
    condition     = output.monitoring.log_retention_days == 365 && output.monitoring.longest_wait == 3600 && output.monitoring.failed_runs == 1
    error_message = "By default, logs must be kept for a year, and an hour's wait and each failed run must be notified."
  }
  assert {
    condition     = output.monitoring.datasets.orders.expected_seconds == null && output.monitoring.datasets.orders.quarantined_share == 0.02
    error_message = "A dataset that says nothing must have no expected rhythm, and the project's shares."
  }
  assert {
    condition     = !output.monitoring.datasets.canary.watched && output.monitoring.datasets.orders.watched
    error_message = "The smoke test's own dataset must have no alarms."
  }
}

run "a_dataset_may_be_dirtier_than_the_others" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { orders = { format = "csv", columns = [{ name = "id", type = "bigint" }], expected_every = "2 days", quarantined_share = 0.5 } } }) }
  assert {
    condition     = output.monitoring.datasets.orders.expected_seconds == 172800 && output.monitoring.datasets.orders.quarantined_share == 0.5
    error_message = "What a dataset says of itself must win over the project."
  }
}
