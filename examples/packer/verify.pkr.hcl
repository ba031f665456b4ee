# Lints a mounted root as mounted-root.pkr.hcl does, and then verifies it: the image's own cloud-init boots it in a sandbox,
# with the data that instances get at launch. The build fails if cloud-init does anything that the lint does not predict;
# report.tar.gz is then what a report to cloud-init-lint needs. Linux, as root; it runs code of the image.
#
#   sudo packer build -var root=/mnt/image verify.pkr.hcl
#
# For amazon-chroot, replace the source "null" with its source and set "root" to its mount_path.

variable "root" {
  type = string
}

# meta-data and user-data of a launch.
variable "launch" {
  type    = string
  default = "launch"
}

variable "cloud_init_lint" {
  type    = string
  default = "cloud-init-lint"
}

variable "drop_in" {
  type    = string
  default = "files/20-team-right.cfg"
}

source "null" "mounted" {
  communicator = "none"
}

build {
  sources = ["source.null.mounted"]

  # The customisation: replace it with the provisioners of your own template.
  provisioner "shell-local" {
    inline = [
      "install -m 0644 '${path.root}/${var.drop_in}' '${var.root}/etc/cloud/cloud.cfg.d/20-team.cfg'",
      "install -m 0644 '${path.root}/files/60-hardening.conf' '${var.root}/etc/ssh/sshd_config.d/60-hardening.conf'",
    ]
  }

  provisioner "shell-local" {
    inline = [
      "${var.cloud_init_lint} '${var.root}' --seed '${path.root}/${var.launch}' -f text -f sarif=cloud-init-lint.sarif",
      "${var.cloud_init_lint} verify '${var.root}' --seed '${path.root}/${var.launch}' --save report.tar.gz",
    ]
  }
}
