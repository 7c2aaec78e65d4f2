# The state of the delivery account's part; Terraform wants literals here.
terraform {
  backend "s3" {
    bucket       = "{{ backend('pipeline').bucket }}"
    key          = "{{ backend('pipeline').key }}"
    region       = "{{ backend('pipeline').region }}"
    encrypt      = true
    use_lockfile = true
  }
}
