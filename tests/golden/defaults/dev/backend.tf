# The only file in which environments differ: Terraform wants literals here.
terraform {
  backend "s3" {
    bucket       = "acme-sales-dev-state-111111111111"
    key          = "acme-sales/dev/terraform.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
