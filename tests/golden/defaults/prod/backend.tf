# The only file in which environments differ: Terraform wants literals here.
terraform {
  backend "s3" {
    bucket       = "acme-sales-prod-state-222222222222"
    key          = "acme-sales/prod/terraform.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
