# Lints the user-data for launching instances, as written by a build.
#
#   packer build user-data.pkr.hcl

# One entry of the list of users.
variable "users" {
  type    = string
  default = "{name: deploy, lock_passwd: true}"
}

variable "cloud_init_lint" {
  type    = string
  default = "cloud-init-lint"
}

source "file" "user_data" {
  content = "#cloud-config\nssh_pwauth: false\nusers:\n  - default\n  - ${var.users}\n"
  target  = "user-data"
}

build {
  sources = ["source.file.user_data"]

  post-processor "shell-local" {
    inline = ["${var.cloud_init_lint} user-data"]
  }
}
