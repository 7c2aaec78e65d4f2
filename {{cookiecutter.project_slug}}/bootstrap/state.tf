# One folder serves every environment, so `make bootstrap` tells the rest: bucket, key and region.
# The first time there is no bucket yet: then it begins with a state on this machine, and moves it there.
# `encrypt` is not said: it would ask for a key of S3's own, and the bucket encrypts with ours.
terraform {
  backend "s3" {
    use_lockfile = true
  }
}
