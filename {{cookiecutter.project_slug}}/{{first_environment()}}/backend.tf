# The only file in which environments differ: Terraform wants literals here.
terraform {
  backend "s3" {
    bucket       = "{{ backend().bucket }}"
    key          = "{{ backend().key }}"
    region       = "{{ backend().region }}"
    encrypt      = true
    use_lockfile = true
  }
}
