output "names" {
  description = "The dataset's crawler, job, tables and view."
  value = {
    crawler = aws_glue_crawler.this.name
    job     = aws_glue_job.this.name
    crawled = "raw_${basename(var.dataset.prefix)}"
    rows    = local.table
    newest  = aws_glue_catalog_table.newest.name
  }
}

output "alarms" {
  description = "The names of the dataset's alarms."
  value       = module.alarm.names
}
