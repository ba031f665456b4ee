# Builds an image from a Debian or Ubuntu cloud image with qemu, and lints it without an agent before keeping it. cloud-init
# creates the build account "packer" from the seed (user-data, meta-data) that Packer serves over HTTP. If Packer does not
# include the builder, install the plugin.
#
#   packer plugins install github.com/hashicorp/qemu
#   ssh-keygen -t ed25519 -m PEM -N '' -f build-key
#   cp -r seed build-seed && sed -i "s|PUBLIC KEY|$(cat build-key.pub)|" build-seed/user-data
#   packer build -var key=build-key -var seed=build-seed qemu.pkr.hcl

variable "iso_url" {
  type    = string
  default = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2"
}

variable "iso_checksum" {
  type    = string
  default = "file:https://cloud.debian.org/images/cloud/bookworm/latest/SHA512SUMS"
}

variable "disk_size" {
  type    = string
  default = "8G"
}

variable "key" {
  type = string
}

variable "seed" {
  type = string
}

# "tcg" without KVM.
variable "accelerator" {
  type    = string
  default = "kvm"
}

variable "cpus" {
  type    = number
  default = 2
}

# In megabytes.
variable "memory" {
  type    = number
  default = 1024
}

variable "headless" {
  type    = bool
  default = true
}

# Additional qemu arguments, such as [["-cpu", "host"]] or a custom kernel.
variable "qemuargs" {
  type    = list(list(string))
  default = []
}

variable "ssh_timeout" {
  type    = string
  default = "10m"
}

variable "output_directory" {
  type    = string
  default = "output-qemu"
}

variable "cloud_init_lint" {
  type    = string
  default = "cloud-init-lint"
}

variable "drop_in" {
  type    = string
  default = "files/20-team.cfg"
}

source "qemu" "image" {
  iso_url          = var.iso_url
  iso_checksum     = var.iso_checksum
  disk_image       = true
  disk_size        = var.disk_size
  format           = "qcow2"
  output_directory = var.output_directory
  vm_name          = "image.qcow2"

  accelerator    = var.accelerator
  cpus           = var.cpus
  memory         = var.memory
  headless       = var.headless
  net_device     = "virtio-net"
  disk_interface = "virtio"
  boot_wait      = "1s"

  http_directory = var.seed
  qemuargs = concat(
    [["-smbios", "type=1,serial=ds=nocloud-net;s=http://{{ .HTTPIP }}:{{ .HTTPPort }}/"]],
    var.qemuargs,
  )

  ssh_username         = "packer"
  ssh_private_key_file = var.key
  ssh_timeout          = var.ssh_timeout

  # The shutdown command removes what only the build needed: its account, and the sudo rule that runs this command.
  shutdown_command = "sudo sh -c 'rm -f /etc/sudoers.d/90-cloud-init-users; userdel -rf packer; systemctl poweroff'"
}

build {
  sources = ["source.qemu.image"]

  provisioner "shell" {
    # Status 2 means that cloud-init finished with warnings.
    inline = ["cloud-init status --wait || test $? -eq 2"]
  }

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

  # Remove what the build's boot left behind: instances must be new to cloud-init, and get their own ids, keys and networks.
  provisioner "shell" {
    execute_command = "chmod +x {{ .Path }}; sudo {{ .Path }}"
    inline = [
      # Since 23.4 cloud-init can remove most of the network files and the sshd drop-in that it wrote.
      "if cloud-init clean --help | grep -q -e --configs; then configs='--configs all'; fi",
      "cloud-init clean --logs --seed $configs",
      "rm -f /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init* /etc/systemd/network/10-cloud-init-*",
      "rm -f /etc/udev/rules.d/70-persistent-net.rules /var/lib/dhcp/*.lease* /var/lib/systemd/network/*lease*",
      "rm -f /etc/ssh/sshd_config.d/50-cloud-init.conf /etc/ssh/ssh_host_*_key*",
      "rm -f /var/lib/dbus/machine-id",
      "truncate --size 0 /etc/machine-id",
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
      "sudo sh -c 'cd / && tar -czf - $(ls -d $(cat /tmp/cloud-init-lint.needs) 2>/dev/null)' > /tmp/cloud-init-lint.tar.gz || test $? = 1",
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
