# The routes for the sender: it chooses the topics, because neither chat channels nor existing topics can filter.

locals {
  _forms  = { email = "text", sms = "sms", https = "json", slack = "slack", teams = "teams", topic = "text" }
  _routes = { for name, target in var.targets : jsonencode([local._forms[target.protocol], sort(target.kinds)]) => local.topics[name]... }
  routes  = jsonencode([for route, topics in local._routes : { form = jsondecode(route)[0], kinds = jsondecode(route)[1], topics = sort(topics) }])
}
