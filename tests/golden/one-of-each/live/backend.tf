# The only file in which environments differ: Terraform wants literals here.
terraform {
  backend "s3" {
    bucket       = "acme-sales-live-state-333333333333"
    key          = "acme-sales/live/terraform.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
