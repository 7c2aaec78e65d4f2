variable "buckets" {
  description = "The bucket names by purpose; access-log receives the access logs of the others."
  type        = map(string)
}

variable "account" {
  description = "The account that the buckets are in."
  type        = string
}

variable "key" {
  description = "The ARN of the key that encrypts the objects in the buckets."
  type        = string
}

variable "expiring" {
  description = "By purpose: after how many days the objects below a prefix expire; \"\" means every object."
  type        = map(map(number))
}
