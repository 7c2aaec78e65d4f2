# The state of the delivery account's part; Terraform wants literals here.
terraform {
  backend "s3" {
    bucket       = "acme-sales-pipeline-state-333333333333"
    key          = "acme-sales/pipeline/terraform.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
