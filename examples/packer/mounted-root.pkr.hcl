# Lints a root file system that is mounted on the machine that runs Packer. For amazon-chroot, replace the source "null" with
# its source and set "root" to its mount_path. For amazon-ebssurrogate see agentless.pkr.hcl.
#
#   sudo packer build -var root=/mnt/image mounted-root.pkr.hcl

variable "root" {
  type = string
}

variable "cloud_init_lint" {
  type    = string
  default = "cloud-init-lint"
}

variable "drop_in" {
  type    = string
  default = "files/20-team.cfg"
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
    inline = ["${var.cloud_init_lint} '${var.root}' -f text -f sarif=cloud-init-lint.sarif"]
  }
}
