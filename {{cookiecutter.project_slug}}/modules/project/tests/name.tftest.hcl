# Names in AWS: built in one place, and within every limit even when all their parts are as long as they may be.

variables {
  environment = "staging8"

  settings = {
    name          = "Acme Sales"
    slug          = "a-slug-of-full-length-24"
    region        = "eu-west-1"
    environments  = [{ name = "staging8", account = "111111111111" }]
    datasets      = { a_dataset_of_full_length = { format = "csv", columns = [{ name = "id", type = "bigint" }] } }
    notifications = [{ protocol = "email", endpoint = "data-team@example.com" }]
  }
}

run "the_longest_names_fit" {
  command = plan
  assert {
    condition     = length("${output.prefix}-a_dataset_of_full_length") <= 58
    error_message = "<slug>-<environment>-<dataset> must leave 6 of 64 characters."
  }
  assert {
    condition     = alltrue([for name in values(output.buckets) : length(name) <= 63])
    error_message = "A bucket's name must have at most 63 characters."
  }
  assert {
    condition     = alltrue([for name in values(output.names) : length(name) <= 64])
    error_message = "No name may exceed the 64 characters of a role or a rule."
  }
}

run "a_bucket_prefix_that_is_cut_from_the_slug_does_not_end_with_a_hyphen" {
  command = plan
  variables { settings = merge(var.settings, { slug = "twenty-characters19-x" }) }
  assert {
    condition     = output.buckets.input == "twenty-characters19-staging8-input-111111111111"
    error_message = "The default prefix must be the slug's first 20 characters without a trailing hyphen."
  }
}

run "a_bucket_prefix_may_be_chosen" {
  command = plan
  variables { settings = merge(var.settings, { bucket_prefix = "acme" }) }
  assert {
    condition     = output.buckets.access-log == "acme-staging8-access-log-111111111111"
    error_message = "A chosen bucket_prefix must replace the one cut from the slug."
  }
}

run "the_catalog_knows_no_hyphens" {
  command = plan
  assert {
    condition     = output.names.database == "a_slug_of_full_length_24_staging8"
    error_message = "The database must be <slug>_<environment> with underscores."
  }
}

run "what_bootstrap_makes_is_named_for_every_environment" {
  command = plan
  assert {
    condition     = output.delivery.environments[0].state_bucket == "a-slug-of-full-lengt-staging8-state-111111111111" && output.names.state_bucket == output.delivery.environments[0].state_bucket
    error_message = "The state bucket must be <bucket prefix>-<environment>-state-<account>, as in backend.tf."
  }
  assert {
    condition     = output.names.plan_role == "a-slug-of-full-length-24-staging8-deploy-plan" && output.names.apply_role == "a-slug-of-full-length-24-staging8-deploy-apply" && output.names.boundary == "a-slug-of-full-length-24-staging8-boundary"
    error_message = "Deploy roles and boundary must be named after project and environment."
  }
  assert {
    condition     = output.delivery.builds["apply-staging8"] == "a-slug-of-full-length-24-pipeline-apply-staging8" && alltrue([for name in values(output.delivery.builds) : length(name) <= 64])
    error_message = "A build and its role must be named after what they do and for which environment."
  }
}
