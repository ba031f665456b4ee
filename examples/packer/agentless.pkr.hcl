# Lints a guest that has only tar: fetches the files that lint reads as an archive, and lints them here.
#
#   packer build -var host=203.0.113.7 -var user=admin -var key=id_ed25519 agentless.pkr.hcl
#
# For another builder (amazon-ebs, googlecompute, qemu ...), replace the source "null" with its source and keep the
# provisioners. For amazon-ebssurrogate, the guest is the surrogate, and "root" is where the new root is mounted in it.

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

# The root directory of the image in the guest.
variable "root" {
  type    = string
  default = "/"
}

# "node cloud-init-lint.cjs" if it is not installed.
variable "cloud_init_lint" {
  type    = string
  default = "cloud-init-lint"
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

  # The lint, as the last step before the snapshot.
  provisioner "shell-local" {
    inline = [
      "${var.cloud_init_lint} needs > cloud-init-lint.needs",
      # The archive will contain /etc/shadow.
      "umask 077; : > cloud-init-lint.tar.gz",
    ]
  }
  provisioner "file" {
    source      = "cloud-init-lint.needs"
    destination = "/tmp/cloud-init-lint.needs"
    generated   = true
  }
  provisioner "shell" {
    # ls skips paths that do not exist on the guest. tar exits with status 1 if a file changed while it was read.
    inline = [
      "umask 077",
      "sudo sh -c 'cd \"$1\" && tar -czf - $(ls -d $(cat /tmp/cloud-init-lint.needs) 2>/dev/null)' sh '${var.root}' > /tmp/cloud-init-lint.tar.gz || test $? = 1",
      "test -s /tmp/cloud-init-lint.tar.gz",
    ]
  }
  provisioner "file" {
    direction   = "download"
    source      = "/tmp/cloud-init-lint.tar.gz"
    destination = "cloud-init-lint.tar.gz"
  }
  provisioner "shell" {
    inline = ["rm /tmp/cloud-init-lint.needs /tmp/cloud-init-lint.tar.gz"]
  }
  provisioner "shell-local" {
    inline = [
      "trap 'rm -f cloud-init-lint.needs cloud-init-lint.tar.gz' EXIT",
      "${var.cloud_init_lint} cloud-init-lint.tar.gz -f text -f sarif=cloud-init-lint.sarif",
    ]
  }
}
