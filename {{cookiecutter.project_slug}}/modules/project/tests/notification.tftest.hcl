# Who receives what: the routes of project.yaml, by target and environment.

variables {
  environment = "dev"

  settings = {
    name         = "Acme Sales"
    slug         = "acme-sales"
    region       = "eu-west-1"
    environments = [for name in ["dev", "prod"] : { name = name, account = "111111111111" }]
    datasets     = { orders = { format = "csv", columns = [{ name = "id", type = "bigint" }] } }

    notifications = [
      { protocol = "email", endpoint = "all@example.com" },
      { protocol = "sms", endpoint = "+32470123456" },
      { protocol = "email", endpoint = "some@example.com", kinds = ["run succeeded", "pipeline failed"], environments = ["prod", "pipeline"], successes = "per run" },
      { protocol = "email", endpoint = "two@example.com", kinds = ["run failed"], environments = ["dev"] },
      { protocol = "email", endpoint = "two@example.com", kinds = ["run succeeded", "run failed"], environments = ["prod"], successes = "never" },
    ]
  }
}

run "a_target_that_says_nothing_hears_the_usual" {
  command = plan
  assert {
    condition     = join(", ", sort(output.notifications["email:all@example.com"].kinds)) == "alarm, budget, crawl failed, daily digest, data late, dead letters, drift found, rows quarantined, run failed"
    error_message = "By default everything but the single success must be notified: ${join(", ", output.notifications["email:all@example.com"].kinds)}."
  }
  assert {
    condition     = join(", ", sort(output.notifications["sms:+32470123456"].kinds)) == "alarm, crawl failed, data late, dead letters, run failed"
    error_message = "By default only what is urgent must be sent by SMS."
  }
}

run "a_target_hears_in_its_own_environments_only" {
  command = plan
  assert {
    condition     = !contains(keys(output.notifications), "email:some@example.com")
    error_message = "A target of prod must receive nothing from dev."
  }
  assert {
    condition     = output.notifications["email:two@example.com"].kinds == ["run failed"]
    error_message = "An address may have other kinds in another environment."
  }
}

run "successes_are_notified_as_the_target_wants_them" {
  command = plan
  variables { environment = "prod" }
  assert {
    condition     = output.notifications["email:some@example.com"].kinds == ["run succeeded"]
    error_message = "Per run must mean every single success."
  }
  assert {
    condition     = output.notifications["email:two@example.com"].kinds == ["run failed"]
    error_message = "Never must mean neither digest nor single successes."
  }
}

run "the_pipeline_has_kinds_of_its_own" {
  command = plan
  variables { environment = "pipeline" }
  assert {
    condition     = join(", ", sort(output.notifications["email:all@example.com"].kinds)) == "alarm, approval needed, drift found, pipeline failed, pipeline succeeded, pull request opened, pull request overridden"
    error_message = "The pipeline must tell how it ended and what waits for people: ${join(", ", output.notifications["email:all@example.com"].kinds)}."
  }
  assert {
    condition     = output.notifications["email:some@example.com"].kinds == ["pipeline failed"]
    error_message = "The pipeline must not tell of runs."
  }
}
