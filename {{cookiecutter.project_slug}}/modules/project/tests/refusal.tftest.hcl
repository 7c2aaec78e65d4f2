# Every refusal of this module once: project.yaml comes from people, and nobody must have asked the schema before.

variables {
  environment = "dev"

  settings = {
    name          = "Acme Sales"
    slug          = "acme-sales"
    region        = "eu-west-1"
    environments  = [{ name = "dev", account = "111111111111" }]
    datasets      = { orders = { format = "csv", columns = [{ name = "id", type = "bigint" }, { name = "price", type = "double" }] } }
    notifications = [{ protocol = "email", endpoint = "data-team@example.com" }]
  }
}

run "a_misshapen_entry" {
  command = plan
  variables { settings = merge(var.settings, { slug = "Acme", bucket_prefix = "acme" }) }
  expect_failures = [output.prefix]
}

run "a_bucket_prefix_with_a_dot" {
  command = plan
  variables { settings = merge(var.settings, { bucket_prefix = "acme.data" }) }
  expect_failures = [output.prefix]
}

run "a_glue_version_that_the_job_was_not_tested_on" {
  command = plan
  variables { settings = merge(var.settings, { glue_version = "4.0" }) }
  expect_failures = [output.prefix]
}

run "a_slack_channel_without_its_workspace" {
  command = plan
  variables { settings = merge(var.settings, { notifications = [{ protocol = "slack", channel = "C0123ABCD" }] }) }
  expect_failures = [output.prefix]
}

run "logs_kept_for_days_that_cloudwatch_does_not_know" {
  command = plan
  variables { settings = merge(var.settings, { monitoring = { log_retention = "10 days" } }) }
  expect_failures = [output.prefix]
}

run "a_share_of_more_than_everything" {
  command = plan
  variables { settings = merge(var.settings, { monitoring = { memory_share = 90 } }) }
  expect_failures = [output.monitoring]
}

run "an_alarm_before_anything_has_failed" {
  command = plan
  variables { settings = merge(var.settings, { monitoring = { failed_runs = 0 } }) }
  expect_failures = [output.monitoring]
}

run "the_same_notification_target_twice" {
  command = plan
  variables { settings = merge(var.settings, { notifications = [{ protocol = "sms", endpoint = "+32470123456" }, { protocol = "sms", endpoint = "+32470123456" }] }) }
  expect_failures = [output.notifications]
}

run "a_kind_of_notification_that_does_not_exist" {
  command = plan
  variables { settings = merge(var.settings, { notifications = [{ protocol = "email", endpoint = "a@example.com" }, { protocol = "email", endpoint = "b@example.com", kinds = ["run faild"] }] }) }
  expect_failures = [output.prefix, output.notifications]
}

run "a_target_of_an_environment_that_does_not_exist" {
  command = plan
  variables { settings = merge(var.settings, { notifications = [{ protocol = "email", endpoint = "a@example.com" }, { protocol = "email", endpoint = "b@example.com", environments = ["uat"] }] }) }
  expect_failures = [output.prefix, output.notifications]
}

run "successes_notified_in_another_way" {
  command = plan
  variables { settings = merge(var.settings, { notifications = [{ protocol = "email", endpoint = "a@example.com", successes = "hourly" }] }) }
  expect_failures = [output.prefix]
}

run "a_target_that_would_receive_nothing" {
  command = plan
  variables { settings = merge(var.settings, { notifications = [{ protocol = "email", endpoint = "a@example.com" }, { protocol = "email", endpoint = "b@example.com", kinds = ["pipeline failed"], environments = ["dev"] }] }) }
  expect_failures = [output.notifications]
}

run "an_urgent_kind_that_reaches_nobody_is_a_warning" {
  command = plan
  variables { settings = merge(var.settings, { notifications = [{ protocol = "email", endpoint = "a@example.com", kinds = ["run failed"] }] }) }
  expect_failures = [check.what_is_urgent_reaches_somebody]
}

run "an_environment_that_the_folder_does_not_name" {
  command = plan
  variables { settings = merge(var.settings, { environments = [{ name = "prod", account = "111111111111" }] }) }
  expect_failures = [var.environment]
}

run "two_environments_of_one_name" {
  command = plan
  variables { settings = merge(var.settings, { environments = [for account in ["111111111111", "222222222222"] : { name = "dev", account = account }] }) }
  expect_failures = [var.settings]
}

run "one_worker" {
  command = plan
  variables { settings = merge(var.settings, { environments = [{ name = "dev", account = "111111111111", workers = 1 }] }) }
  expect_failures = [output.environment]
}

run "a_network_that_is_both_new_and_existing" {
  command = plan
  variables { settings = merge(var.settings, { network = { cidr = "10.20.0.0/16", vpc = "vpc-0abc1234", subnets = ["subnet-0abc1234"] } }) }
  expect_failures = [output.environment]
}

run "an_existing_vpc_without_a_subnet" {
  command = plan
  variables { settings = merge(var.settings, { network = { vpc = "vpc-0abc1234" } }) }
  expect_failures = [output.environment]
}

run "a_network_too_small_to_divide" {
  command = plan
  variables { settings = merge(var.settings, { network = { cidr = "10.20.0.0/30" } }) }
  expect_failures = [output.environment]
}

run "no_dataset" {
  command = plan
  variables { settings = merge(var.settings, { datasets = {} }) }
  expect_failures = [output.datasets]
}

run "a_column_named_twice" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { orders = { format = "csv", columns = [for type in ["int", "string"] : { name = "id", type = type }] } } }) }
  expect_failures = [output.datasets]
}

run "a_primary_key_that_is_no_column" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { orders = merge(var.settings.datasets.orders, { primary_key = ["order_id"] }) } }) }
  expect_failures = [output.datasets]
}

run "a_partition_that_is_no_column" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { orders = merge(var.settings.datasets.orders, { partition_by = "day" }) } }) }
  expect_failures = [output.datasets]
}

run "a_primary_key_that_is_a_double" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { orders = merge(var.settings.datasets.orders, { primary_key = ["price"] }) } }) }
  expect_failures = [output.datasets]
}

run "a_share_of_quarantined_rows_above_one" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { orders = merge(var.settings.datasets.orders, { maximum_quarantined_share = 5 }) } }) }
  expect_failures = [output.datasets]
}

run "a_key_under_its_name_of_version_1_0" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { orders = merge(var.settings.datasets.orders, { maximum_bad_share = 0.1 }) } }) }
  expect_failures = [output.datasets]
}

run "a_prefix_inside_another" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { for name, prefix in { orders = "in/", returns = "in/returns/" } : name => merge(var.settings.datasets.orders, { prefix = prefix }) } }) }
  expect_failures = [output.datasets]
}

run "a_reader_of_an_account_without_an_environment" {
  command = plan
  variables { settings = merge(var.settings, { readers = ["arn:aws:iam::444444444444:role/Analysts"] }) }
  expect_failures = [output.queries]
}

run "two_datasets_that_would_share_a_table" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { for name in ["orders", "orders_batches"] : name => var.settings.datasets.orders } }) }
  expect_failures = [output.datasets]
}

run "an_environment_with_the_name_of_the_delivery_accounts_part" {
  command = plan
  variables { settings = merge(var.settings, { environments = [for name in ["dev", "pipeline"] : { name = name, account = "111111111111" }] }) }
  expect_failures = [var.settings]
}

run "an_approval_that_waits_longer_than_aws_does" {
  command = plan
  variables { settings = merge(var.settings, { delivery = { approval_timeout = "61 days" } }) }
  expect_failures = [output.delivery]
}

run "a_pull_request_that_needs_nobody" {
  command = plan
  variables { settings = merge(var.settings, { delivery = { approvals = 0 } }) }
  expect_failures = [output.delivery]
}

run "a_deployment_window_that_ends_before_it_begins" {
  command = plan
  variables { settings = merge(var.settings, { environments = [{ name = "dev", account = "111111111111", deploy_window = { days = "MON-FRI", hours = "16-9", time_zone = "UTC" } }] }) }
  expect_failures = [output.delivery]
}

run "a_deployment_window_over_the_end_of_the_week" {
  command = plan
  variables { settings = merge(var.settings, { environments = [{ name = "dev", account = "111111111111", deploy_window = { days = "FRI-MON", hours = "9-16", time_zone = "UTC" } }] }) }
  expect_failures = [output.delivery]
}

run "a_connection_for_a_codecommit_repository" {
  command = plan
  variables { settings = merge(var.settings, { delivery = { connection = "arn:aws:codeconnections:eu-west-1:111111111111:connection/01234567-0123-0123-0123-0123456789ab" } }) }
  expect_failures = [output.delivery]
}

run "an_approver_that_is_no_role" {
  command = plan
  variables { settings = merge(var.settings, { approvers = ["The Architects"] }) }
  expect_failures = [output.prefix]
}

run "a_dataset_with_the_name_of_the_canary" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { canary = var.settings.datasets.orders } }) }
  expect_failures = [output.datasets]
}

run "spare_capacity_of_large_workers" {
  command = plan
  variables { settings = merge(var.settings, { environments = [{ name = "dev", account = "111111111111", flex = true, worker_type = "G.4X" }] }) }
  expect_failures = [output.environment]
}

run "a_run_that_may_take_longer_than_glue_lets_it" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { orders = merge(var.settings.datasets.orders, { timeout = "8 days" }) } }) }
  expect_failures = [output.datasets]
}

run "a_budget_of_nothing" {
  command = plan
  variables { settings = merge(var.settings, { environments = [{ name = "dev", account = "111111111111", monthly_budget = 0 }] }) }
  expect_failures = [output.environment]
}

run "a_topic_of_another_region" {
  command = plan
  variables { settings = merge(var.settings, { notifications = [{ protocol = "topic", arn = "arn:aws:sns:us-east-1:111111111111:alerts" }] }) }
  expect_failures = [output.notifications]
}

run "codecommit_where_it_does_not_exist" {
  command = plan
  variables { settings = merge(var.settings, { region = "eu-central-2" }) }
  expect_failures = [output.delivery]
}

run "a_tag_that_differs_from_a_fixed_one_only_in_case" {
  command = plan
  variables { settings = merge(var.settings, { tags = { project = "a" } }) }
  expect_failures = [output.tags]
}

run "tags_that_differ_only_in_case" {
  command = plan
  variables { settings = merge(var.settings, { tags = { owner = "a", Owner = "b" } }) }
  expect_failures = [output.tags]
}

run "a_sign_that_iam_does_not_take_in_a_tag" {
  command = plan
  variables { settings = merge(var.settings, { tags = { price = "50 €" } }) }
  expect_failures = [output.prefix]
}

run "a_schedule_that_names_both_days" {
  command = plan
  variables { settings = merge(var.settings, { datasets = { orders = merge(var.settings.datasets.orders, { schedule = "cron(0 6 * * * *)" }) } }) }
  expect_failures = [output.prefix]
}

run "more_rules_than_the_event_bus_holds_is_a_warning" {
  command = plan
  variables { settings = merge(var.settings, { region = "af-south-1", datasets = { for number in range(60) : "d${number}" => var.settings.datasets.orders } }) }
  expect_failures = [check.the_event_bus_holds_every_rule]
}
