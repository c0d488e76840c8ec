# What the pipeline of a Nomad cluster may do.
namespace "default" {
  policy       = "read"
  capabilities = ["submit-job", "dispatch-job"]
}

node {
  policy = "read"
}
