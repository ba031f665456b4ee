# Builds an AMI with amazon-ebs and lints it by its id. The tests run it with the real Packer, but not on AWS.
#
#   packer build -var region=eu-central-1 -var source_ami=ami-0123456789abcdef0 amazon-ebs.pkr.hcl
#
# The build fails if there are findings. The AMI then exists already: nobody should launch it, so deregister it, or disable it
# ("aws ec2 disable-image --image-id ID"). To fail before the snapshot, lint in the guest as well: agentless.pkr.hcl. The
# post-processor needs jq, and the policy of docs/amis.md. If Packer does not include the builder, install the plugin:
#
#   packer plugins install github.com/hashicorp/amazon

variable "region" {
  type = string
}

variable "source_ami" {
  type = string
}

variable "ami_name" {
  type    = string
  default = "image-{{timestamp}}"
}

variable "instance_type" {
  type    = string
  default = "t3.small"
}

# "none" if nothing is to be done in the guest.
variable "communicator" {
  type    = string
  default = "ssh"
}

variable "user" {
  type    = string
  default = "admin"
}

# Other addresses of EC2, such as that of a VPC endpoint.
variable "endpoint" {
  type    = string
  default = ""
}

variable "cloud_init_lint" {
  type    = string
  default = "cloud-init-lint"
}

source "amazon-ebs" "image" {
  region                  = var.region
  custom_endpoint_ec2     = var.endpoint
  skip_region_validation  = var.endpoint != ""
  skip_metadata_api_check = var.endpoint != ""
  source_ami              = var.source_ami
  instance_type           = var.instance_type
  ami_name                = var.ami_name
  communicator            = var.communicator
  ssh_username            = var.user
}

build {
  sources = ["source.amazon-ebs.image"]

  # The customisation: put the provisioners of your own template here.

  # The lint of the finished AMI. The manifest has its id, such as "eu-central-1:ami-0123456789abcdef0", in the last build.
  post-processors {
    post-processor "manifest" {
      output = "packer-manifest.json"
    }
    post-processor "shell-local" {
      inline = [
        "id=$(jq -r '.last_run_uuid as $run | .builds[] | select(.packer_run_uuid == $run) | .artifact_id' packer-manifest.json)",
        # With ami_regions, the AMI has an id in each region.
        "ami=$(echo \"$id\" | tr ',' '\\n' | sed -n 's/^${var.region}://p')",
        "test -n \"$ami\"",
        "${var.cloud_init_lint} lint \"ami:$ami\" --region '${var.region}' -f text -f sarif=cloud-init-lint.sarif",
      ]
    }
  }
}
