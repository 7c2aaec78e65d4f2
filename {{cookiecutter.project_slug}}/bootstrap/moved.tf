# A role takes ten managed policies (IAM quotas): with `moved`, each old attachment is detached before its successor is attached.

moved {
  from = aws_iam_role_policy_attachment.deploy["apply state-write"]
  to   = aws_iam_role_policy_attachment.deploy["apply-1"]
}

moved {
  from = aws_iam_role_policy_attachment.deploy["apply read"]
  to   = aws_iam_role_policy_attachment.deploy["apply-2"]
}

moved {
  from = aws_iam_role_policy_attachment.deploy["apply write-data"]
  to   = aws_iam_role_policy_attachment.deploy["apply-3"]
}

moved {
  from = aws_iam_role_policy_attachment.deploy["apply write-work"]
  to   = aws_iam_role_policy_attachment.deploy["apply-4"]
}

moved {
  from = aws_iam_role_policy_attachment.deploy["apply write-network"]
  to   = aws_iam_role_policy_attachment.deploy["apply-5"]
}

moved {
  from = aws_iam_role_policy_attachment.deploy["apply write-identity"]
  to   = aws_iam_role_policy_attachment.deploy["apply-6"]
}

moved {
  from = aws_iam_role_policy_attachment.deploy["plan state-read"]
  to   = aws_iam_role_policy_attachment.deploy["plan-1"]
}

moved {
  from = aws_iam_role_policy_attachment.deploy["plan read"]
  to   = aws_iam_role_policy_attachment.deploy["plan-2"]
}

moved {
  from = aws_iam_role_policy_attachment.deploy["smoke smoke"]
  to   = aws_iam_role_policy_attachment.deploy["smoke-1"]
}
