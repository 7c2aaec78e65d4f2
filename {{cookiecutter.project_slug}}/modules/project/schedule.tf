# What EventBridge accepts as a schedule (EventBridge guide, "Rate expressions" and "Cron expressions"); anything else would be
# refused only by the apply: "Parameter ScheduleExpression is not valid." project.schema.json has the same pattern in one line.

locals {
  # "1 hour", but "2 hours".
  _rate = "rate[(](1 (minute|hour|day)|([2-9]|[1-9][0-9]{1,4}) (minutes|hours|days))[)]"

  _cron_values = {
    minute  = "[0-5]?[0-9]"
    hour    = "([01]?[0-9]|2[0-3])"
    day     = "(0?[1-9]|[12][0-9]|3[01])"
    month   = "(0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
    weekday = "([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)"
    year    = "(19[7-9][0-9]|2[01][0-9]{2})"
  }
  # `*`, a value or a range, with or without an increment; several are separated by commas.
  _cron_item = { for field, value in local._cron_values : field => "(([*]|${value}(-${value})?)(/[1-9][0-9]{0,2})?)" }
  _cron_list = { for field, item in local._cron_item : field => "${item}(,${item})*" }
  _cron_days = {
    month = "(${local._cron_list.day}|L|LW|${local._cron_values.day}W)"
    week  = "(${local._cron_list.weekday}|L|${local._cron_values.weekday}L|${local._cron_values.weekday}#[1-5])"
  }
  # Exactly one of the two day fields is `?`.
  _cron_date = "(${local._cron_days.month} ${local._cron_list.month} [?]|[?] ${local._cron_list.month} ${local._cron_days.week})"
  _cron      = "cron[(]${local._cron_list.minute} ${local._cron_list.hour} ${local._cron_date} ${local._cron_list.year}[)]"
}
