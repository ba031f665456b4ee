# Lints inside the guest, which needs Node 20.19 or later: uploads the bundle and runs it there.
#
#   npm run bundle     # creates dist/cloud-init-lint.cjs
#   packer build -var host=203.0.113.7 -var user=admin -var key=id_ed25519 -var bundle=cloud-init-lint.cjs in-guest.pkr.hcl

variable "host" {
  type = string
}

variable "port" {
  type    = number
  default = 22
}

variable "user" {
  type    = string
  default = "root"
}

variable "key" {
  type = string
}

variable "bundle" {
  type = string
}

# The Node binary in the guest.
variable "node" {
  type    = string
  default = "node"
}

variable "drop_in" {
  type    = string
  default = "files/20-team.cfg"
}

source "null" "guest" {
  ssh_host             = var.host
  ssh_port             = var.port
  ssh_username         = var.user
  ssh_private_key_file = var.key
}

build {
  sources = ["source.null.guest"]

  # The customisation: replace it with the provisioners of your own template.
  provisioner "file" {
    source      = "${path.root}/${var.drop_in}"
    destination = "/tmp/20-team.cfg"
  }
  provisioner "file" {
    source      = "${path.root}/files/60-hardening.conf"
    destination = "/tmp/60-hardening.conf"
  }
  provisioner "shell" {
    inline = [
      "sudo install -m 0644 /tmp/20-team.cfg /etc/cloud/cloud.cfg.d/20-team.cfg",
      "sudo install -m 0644 /tmp/60-hardening.conf /etc/ssh/sshd_config.d/60-hardening.conf",
      "rm /tmp/20-team.cfg /tmp/60-hardening.conf",
    ]
  }

  # Fetch the log before the lint that fails the build.
  provisioner "file" {
    source      = var.bundle
    destination = "/tmp/cloud-init-lint.cjs"
  }
  provisioner "shell" {
    inline = ["sudo ${var.node} /tmp/cloud-init-lint.cjs / --exit-zero -f sarif > /tmp/cloud-init-lint.sarif"]
  }
  provisioner "file" {
    direction   = "download"
    source      = "/tmp/cloud-init-lint.sarif"
    destination = "cloud-init-lint.sarif"
  }
  provisioner "shell" {
    inline = [
      "trap 'rm /tmp/cloud-init-lint.cjs /tmp/cloud-init-lint.sarif' EXIT",
      "sudo ${var.node} /tmp/cloud-init-lint.cjs /",
    ]
  }
}
