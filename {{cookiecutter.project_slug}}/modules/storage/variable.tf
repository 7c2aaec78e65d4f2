variable "buckets" {
  description = "The bucket names by purpose; the one for access-log takes what S3 writes about the others."
  type        = map(string)
}

variable "account" {
  description = "The account that the buckets are in."
  type        = string
}

variable "key" {
  description = "The ARN of the key that encrypts what the buckets hold."
  type        = string
}

variable "expiring" {
  description = "By purpose: after how many days the objects below a prefix go; \"\" is every object."
  type        = map(map(number))
}
